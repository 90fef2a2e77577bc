import type { ContextBlock, HeaderBlock, KnownBlock, MrkdwnElement, SectionBlock } from '@slack/types';
import { clip } from './mrkdwn.ts';

/** A message: blocks to look at, and a text for notifications. */
export interface SlackMessage {
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
}

// Slack refuses a message that is over any of these (AWS-FACTS 4.7 and `@slack/types`).
const HEADER_LIMIT = 150;
const SECTION_LIMIT = 3000;
const FIELD_LIMIT = 2000;
const FIELDS_LIMIT = 10;

const fitLines = (lines: readonly string[], limit: number): string => {
  let text = '';
  for (const line of lines) {
    // A line is left out whole, because a cut could go through a mention or an entity.
    if (text.length + line.length + 2 > limit) return `${text}\n…`;
    text += text === '' ? line : `\n${line}`;
  }
  return text;
};

const element = (text: string): MrkdwnElement => ({ type: 'mrkdwn', text, verbatim: true });

/** A headline; plain text. */
export const header = (text: string): HeaderBlock => ({
  type: 'header',
  text: { type: 'plain_text', text: clip(text, HEADER_LIMIT) },
});

/** Lines of mrkdwn that were escaped already. */
export const section = (lines: readonly string[]): SectionBlock => ({
  type: 'section',
  text: element(fitLines(lines, SECTION_LIMIT)),
});

/** Figures beside one another, each with its title. */
export const fields = (
  entries: readonly (readonly [title: string, lines: readonly string[]])[],
): SectionBlock => ({
  type: 'section',
  fields: entries
    .slice(0, FIELDS_LIMIT)
    .map(([title, lines]) => element(fitLines([`*${title}*`, ...lines], FIELD_LIMIT))),
});

/** Small print. */
export const context = (lines: readonly string[]): ContextBlock => ({
  type: 'context',
  elements: [element(fitLines(lines, FIELD_LIMIT))],
});
