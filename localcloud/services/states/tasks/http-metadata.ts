import type { Json, JsonObject } from '../../../states-language/json.ts';

/** The members that Step Functions adds to the result of an optimised integration. */
export const httpMetadata = (
  requestId: string,
  body: Json,
  time: number,
  more: Readonly<Record<string, string>> = {},
  contentType = 'application/x-amz-json-1.0',
): JsonObject => {
  const headers: Record<string, string> = {
    Connection: 'keep-alive',
    'Content-Length': String(Buffer.byteLength(JSON.stringify(body))),
    'Content-Type': contentType,
    Date: new Date(time).toUTCString(),
    'x-amzn-RequestId': requestId,
    ...more,
  };
  return {
    SdkHttpMetadata: {
      AllHttpHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      HttpHeaders: headers,
      HttpStatusCode: 200,
    },
    SdkResponseMetadata: { RequestId: requestId },
  };
};
