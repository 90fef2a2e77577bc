import type { CloudContext } from '../../cloud-context.ts';
import { AwsError } from '../../errors.ts';

interface Statement {
  readonly Effect?: string;
  readonly Principal?: string | { readonly Service?: string | readonly string[] };
  readonly Action?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

const list = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;

const like = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\/]/g, String.raw`\$&`))
      .join('.*')}$`,
  ).test(text);

const sourceAllowed = ({ Condition: condition = {} }: Statement, ruleArn: string): boolean =>
  Object.values(condition).every((operands) =>
    Object.entries(operands).every(
      ([key, patterns]) =>
        key.toLowerCase() !== 'aws:sourcearn' || list(patterns).some((pattern) => like(pattern, ruleArn)),
    ),
  );

const allows = (statement: Statement, ruleArn: string): boolean => {
  const { Effect: effect, Principal: principal, Action: action } = statement;
  const services = typeof principal === 'string' ? [principal] : list(principal?.Service);
  return (
    effect === 'Allow' &&
    services.some((service) => service === '*' || service === 'events.amazonaws.com') &&
    list(action).some((name) => like(name, 'lambda:InvokeFunction')) &&
    sourceAllowed(statement, ruleArn)
  );
};

/** Why a rule may not invoke a function, as the function's own policy says; undefined when it may. */
export const invocationRefusal = async (
  context: CloudContext,
  functionArn: string,
  ruleArn: string,
): Promise<string | undefined> => {
  const refusal = `the policy of '${functionArn}' does not allow events.amazonaws.com to invoke it for '${ruleArn}'`;
  try {
    const { Policy: policy = '{}' } = await context.peers.lambda.GetPolicy(
      { FunctionName: functionArn },
      context.asService('events.amazonaws.com'),
    );
    const { Statement: statements = [] } = JSON.parse(policy) as { Statement?: Statement[] };
    return statements.some((statement) => allows(statement, ruleArn)) ? undefined : refusal;
  } catch (error) {
    const code = error instanceof AwsError ? error.code : undefined;
    if (code === 'ResourceNotFoundException') return refusal;
    if (code === 'NotImplemented') return undefined;
    throw error;
  }
};
