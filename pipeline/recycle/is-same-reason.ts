const withoutFigures = (reason: string): string => reason.replace(/\d+/g, '#');

/** Whether people have been told the same already: other figures alone are no news. */
export const isSameReason = (before: string | undefined, now: string | undefined): boolean =>
  before === undefined || now === undefined ? before === now : withoutFigures(before) === withoutFigures(now);
