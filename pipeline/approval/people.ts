import type { ApprovalRule } from '../environments/environment.ts';
import type { ApprovalRecord, Decision } from './approval-record.ts';

type Person = Pick<Decision, 'user' | 'userName'>;

const SESSION = /^arn:(aws[a-z-]*):sts::(\d{12}):assumed-role\/([^/]+)\/.+$/;
const ADDRESS = /^(.*?)\s*<([^<>]+)>$/;

/** A session of a role is listed as the role: paths are not part of a session's ARN. */
const roleOf = (user: string): string | undefined => {
  const parts = SESSION.exec(user);
  return parts === null ? undefined : `arn:${parts[1]}:iam::${parts[2]}:role/${parts[3]}`;
};

/** How one may be called, in lower case: `arn:aws:iam::1:user/ann` is `ann`, `Ann <ann@x.org>` is both. */
const namesOf = (name: string): readonly string[] => {
  const [, plain, address] = ADDRESS.exec(name) ?? [];
  const last = name.startsWith('arn:') ? name.slice(name.lastIndexOf('/') + 1) : undefined;
  return [name, plain, address, last]
    .filter((form) => form !== undefined)
    .map((form) => form.trim().toLowerCase())
    .filter((form) => form !== '');
};

const allNamesOf = (person: Person): ReadonlySet<string> =>
  new Set([person.user, person.userName ?? ''].flatMap(namesOf));

/** How people call somebody. */
export const nameOf = ({ user, userName }: Person): string => userName ?? user;

/** Whether the rule lists the person: by id, by name or by ARN, exactly as written there. */
export const mayDecide = ({ users }: Pick<ApprovalRule, 'users'>, person: Person): boolean =>
  users.length === 0 ||
  [person.user, person.userName, roleOf(person.user)].some(
    (name) => name !== undefined && users.includes(name),
  );

/** Whether the person made or asked for the release; in doubt yes. */
export const isRequester = ({ requesters }: Pick<ApprovalRecord, 'requesters'>, person: Person): boolean => {
  const names = allNamesOf(person);
  return requesters.some((requester) => namesOf(requester).some((name) => names.has(name)));
};

/** Whether two decisions are one person's; in doubt yes. */
export const isSamePerson = (a: Person, b: Person): boolean => {
  const names = allNamesOf(a);
  return [...allNamesOf(b)].some((name) => names.has(name));
};
