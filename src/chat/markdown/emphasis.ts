import { cjkFriendlyExtension } from "micromark-extension-cjk-friendly";

type Extension = ReturnType<typeof cjkFriendlyExtension>;
type Construct = Extract<NonNullable<NonNullable<Extension["text"]>[number]>, { tokenize: unknown }>;
type Tokenize = Construct["tokenize"];
type Effects = Parameters<Tokenize>[0];
type State = Parameters<Tokenize>[1];

const ASTERISK = 42;
/** A letter of a script in which words are joined, or stand beside marks without a space: all but Latin. */
const JOINED = /(?!\p{Script=Latin})[\p{L}\p{M}]/u;
const OPENING = /[\p{Ps}\p{Pi}"']/u;
const CLOSING = /(?![\p{Ps}\p{Pi}])[\p{P}\p{S}]/u;

/**
 * Emphasis where no space is written around it. The extension sees to Chinese, Japanese and Korean; this does the same
 * for Arabic, Hebrew, Hindi, Thai and the like: `**تحذير:**هذا`, `و**«هذا»**`.
 */
export function emphasis(): Extension {
  const friendly = cjkFriendlyExtension();
  const attention = friendly.text?.[ASTERISK];
  if (!attention || Array.isArray(attention)) return friendly;
  return { ...friendly, text: { ...friendly.text, [ASTERISK]: { ...attention, tokenize: loosely(attention) } } };
}

const loosely = ({ tokenize }: Construct): Tokenize =>
  function (this: ThisParameterType<Tokenize>, effects, ok, nok) {
    const before = signOf(this.previous);
    let marks: ReturnType<Effects["exit"]> | undefined;
    const exit: Effects["exit"] = (type) => {
      marks = effects.exit(type);
      return marks;
    };
    const done: State = (code) => {
      const after = signOf(code);
      if (marks && JOINED.test(before) && OPENING.test(after)) marks._open = true;
      if (marks && CLOSING.test(before) && JOINED.test(after)) marks._close = true;
      return ok(code);
    };
    return tokenize.call(this, { ...effects, exit }, done, nok);
  };

/** Line ends and tabs have codes below 0. */
const signOf = (code: Parameters<State>[0]): string => (code === null || code < 0 ? "" : String.fromCharCode(code));
