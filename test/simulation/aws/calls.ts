import type { Caller } from './account.ts';

type CommandClass<Input> = new (input: Input) => { readonly input: Input };

/** What a call does, by the class of its command. */
export interface Calls {
  on<Input>(command: CommandClass<Input>, answer: (input: Input, caller: Caller) => object): void;
  /** @throws Error for a command that nothing answers, or what AWS answers instead */
  answer(command: object, caller: Caller): object;
}

/** A table that answers nothing yet. */
export const createCalls = (): Calls => {
  const answers = new Map<unknown, (input: unknown, caller: Caller) => object>();
  return {
    on: <Input>(command: CommandClass<Input>, answer: (input: Input, caller: Caller) => object) => {
      answers.set(command, (input, caller) => answer(input as Input, caller));
    },
    answer: (command, caller) => {
      const answer = answers.get(command.constructor);
      if (answer === undefined) throw new Error(`the simulation does not know ${command.constructor.name}`);
      return answer((command as { readonly input: unknown }).input, caller);
    },
  };
};
