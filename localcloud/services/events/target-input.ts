import type * as EventBridge from '@aws-sdk/client-eventbridge';
import type { CloudEvent } from '../../cloud-context.ts';
import { readJsonPath } from './json-path.ts';

/** Facts about the rule that a template may name. */
export interface RuleFacts {
  readonly name: string;
  readonly arn: string;
  /** ISO 8601. */
  readonly ingestionTime: string;
}

const predefined = (event: CloudEvent, rule: RuleFacts): Readonly<Record<string, unknown>> => ({
  'aws.events.rule-arn': rule.arn,
  'aws.events.rule-name': rule.name,
  'aws.events.event.ingestion-time': rule.ingestionTime,
  'aws.events.event': event,
  'aws.events.event.json': event,
});

// Inside quotes a value becomes a part of the string; elsewhere it is JSON of its own.
const fillTemplate = (template: string, valueOf: (name: string) => unknown): string => {
  let inString = false;
  return template.replace(/\\.|"|<([\w.-]+)>/g, (token: string, name: string | undefined) => {
    if (token === '"') inString = !inString;
    if (name === undefined) return token;
    const value = valueOf(name);
    if (!inString) return JSON.stringify(value ?? null);
    if (value === undefined) return '';
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return JSON.stringify(text).slice(1, -1);
  });
};

/** The JSON text that a target gets: `Input`, `InputPath`, `InputTransformer`, or the whole event. */
export const targetInput = (target: EventBridge.Target, event: CloudEvent, rule: RuleFacts): string => {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) return JSON.stringify(readJsonPath(event, target.InputPath) ?? null);
  const transformer = target.InputTransformer;
  if (transformer?.InputTemplate === undefined) return JSON.stringify(event);
  const paths = transformer.InputPathsMap ?? {};
  const known = predefined(event, rule);
  return fillTemplate(transformer.InputTemplate, (name) => {
    const path = paths[name];
    return path === undefined ? known[name] : readJsonPath(event, path);
  });
};
