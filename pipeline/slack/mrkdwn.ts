const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Control characters, and those that turn the direction of what follows. */
const INVISIBLE = /[\p{Cc}\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu;

const fit = (characters: readonly string[], limit: number): string => {
  const whole = characters.join('');
  if (whole.length <= limit) return whole;
  let kept = '';
  for (const character of characters) {
    if (kept.length + character.length >= limit) break;
    kept += character;
  }
  return `${kept}…`;
};

const charactersOf = (text: string, limit: number): string[] =>
  Array.from(
    text
      .slice(0, 2 * limit)
      .replaceAll(INVISIBLE, ' ')
      .toWellFormed(),
  );

/** Text as it is, in one line of at most `limit` UTF-16 units, for where Slack knows no markup. */
export const clip = (text: string, limit: number): string => fit(charactersOf(text, limit), limit);

/**
 * Text from elsewhere in one line of at most `limit` UTF-16 units, with `&`, `<` and `>` escaped: it can neither mention
 * anyone nor be a link.
 */
export const mrkdwn = (text: string, limit: number): string =>
  fit(
    charactersOf(text, limit).map((character) => ENTITIES[character] ?? character),
    limit,
  );

/** The same in the font of code. */
export const code = (text: string, limit: number): string =>
  `\`${mrkdwn(text.replaceAll('`', "'"), limit)}\``;

/** A time in the reader's own time zone. */
export const moment = (iso: string): string => {
  const seconds = Math.floor(Date.parse(iso) / 1000);
  return Number.isFinite(seconds)
    ? `<!date^${seconds}^{date_short_pretty} {time}|${mrkdwn(iso, 40)}>`
    : mrkdwn(iso, 40);
};

const SLACK_USER = /^[UW][A-Z0-9]{1,30}$/;

/** Whether that is a user's id in Slack. */
export const isSlackUser = (user: string): boolean => SLACK_USER.test(user);

/** Who decided: a mention where Slack knows them, else the name or ARN. */
export const person = (who: {
  readonly user: string;
  readonly userName?: string;
  readonly via: string;
}): string =>
  who.via === 'slack' && isSlackUser(who.user) ? `<@${who.user}>` : mrkdwn(who.userName ?? who.user, 200);
