import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { createDocumentStore } from '#pipeline/documents/document-store';
import { s3Error } from '#test/helpers/service-error';

const s3 = mockClient(S3Client);
const store = createDocumentStore(new S3Client({ region: 'eu-central-1' }), 'bucket');

let object: { text: string; etag: string } | undefined;
/** Runs between a read and the write that follows. */
let meanwhile: () => void;

const write = (text: string): void => {
  object = { text, etag: `"${Number(object?.etag.slice(1, -1) ?? 0) + 1}"` };
};

beforeEach(() => {
  s3.reset();
  object = undefined;
  meanwhile = () => undefined;
  s3.on(GetObjectCommand).callsFake(() => {
    if (object === undefined) throw s3Error('NoSuchKey', 404);
    const { text, etag } = object;
    return {
      ETag: etag,
      Body: { transformToString: () => Promise.resolve(text) },
    };
  });
  s3.on(PutObjectCommand).callsFake(({ Body, IfMatch, IfNoneMatch }: PutObjectCommand['input']) => {
    meanwhile();
    if (IfNoneMatch === '*' && object !== undefined) throw s3Error('PreconditionFailed', 412);
    if (IfMatch !== undefined && object === undefined) throw s3Error('NoSuchKey', 404);
    if (IfMatch !== undefined && object?.etag !== IfMatch) throw s3Error('PreconditionFailed', 412);
    write(typeof Body === 'string' ? Body : '');
    return {};
  });
});

const count = (found: { n: number } | undefined): { n: number } => ({ n: (found?.n ?? 0) + 1 });
const once = (work: () => void): (() => void) => {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    work();
  };
};

describe('the document store', () => {
  test('gives undefined for a document that is not there', async () => {
    expect(await store.read('key')).toBeUndefined();
  });

  test('tells who may not read from what is not there', async () => {
    s3.on(GetObjectCommand).rejects(s3Error('AccessDenied', 403));
    await expect(store.read('key')).rejects.toThrow('AccessDenied');
  });

  test('D18: one of two writers creates a document', async () => {
    expect(await store.create('key', { n: 1 })).toBe(true);
    expect(await store.create('key', { n: 2 })).toBe(false);
    expect(await store.read('key')).toEqual({ n: 1 });
  });

  test('D18: a change is made anew on top of one that came in between', async () => {
    write('{"n":1}');
    meanwhile = once(() => write('{"n":10}'));
    expect(await store.update('key', count)).toEqual({ n: 11 });
  });

  test('a change creates the document, and sees one that was created in between', async () => {
    meanwhile = once(() => write('{"n":10}'));
    expect(await store.update('key', count)).toEqual({ n: 11 });
  });

  test('a change survives that the document was deleted in between', async () => {
    write('{"n":1}');
    meanwhile = once(() => {
      object = undefined;
    });
    expect(await store.update('key', count)).toEqual({ n: 1 });
  });

  test('tries again where S3 had two writers at once', async () => {
    meanwhile = once(() => {
      throw s3Error('ConditionalRequestConflict', 409);
    });
    expect(await store.update('key', count)).toEqual({ n: 1 });
  });

  test('a lost answer to a write does not undo it: the change is made again on top', async () => {
    meanwhile = once(() => {
      write('{"n":1}');
      throw s3Error('PreconditionFailed', 412);
    });
    expect(await store.update('key', (found) => found ?? { n: 1 })).toEqual({ n: 1 });
  });

  test('writes nothing when there is nothing to change', async () => {
    write('{"n":1}');
    expect(await store.update('key', () => undefined)).toEqual({ n: 1 });
    expect(s3.commandCalls(PutObjectCommand)).toHaveLength(0);
  });

  test('gives up after ten lost races', async () => {
    write('{"n":1}');
    meanwhile = () => write('{"n":5}');
    await expect(store.update('key', count)).rejects.toMatchObject({ name: 'DocumentConflict' });
    expect(s3.commandCalls(PutObjectCommand)).toHaveLength(10);
  });
});
