import fc from "fast-check";

/** Programs of the lines: the rules allow one, deny one, and do not name the third. */
export const ALLOWED = "good";
export const DENIED = "bad";
const UNNAMED = "other";

const pick = (...texts: readonly string[]) => fc.constantFrom(...texts);

const program = fc.oneof(
  { weight: 6, arbitrary: pick(ALLOWED, DENIED, UNNAMED) },
  pick("ba\\d", "'bad'", '"bad"', "b''ad", "$'bad'", "b\\\nad", "=bad", "{bad,x}", "b$" + "{e}ad", "$" + "{e:-bad}"),
  pick("$(echo bad)", "`echo bad`", "$e bad", '"$e" bad', "*e bad", "~/bad", "\\bad", '$"bad"', "./bad", "$BIN/bad"),
);

const argument = fc.oneof(
  { weight: 4, arbitrary: pick("x", "-x", "a b", "'a;b'", '"a|b"', "*.none", "$HOME", "~", "{}", "--", "[x]") },
  pick("'$(bad)'", '"$(bad)"', "$(bad)", "`bad`", "<(bad)", "=(bad)", "$((1+1))", "$[1+1]", "$" + "{x:-$(bad)}"),
  pick("\\;", "\\", "#", "a#b", "!", "'", '"', "$'\\''", "\\\n", "}", "{", "do", "*(e:'bad':)", "?(bad)", "a=b"),
);

const redirection = pick(
  ...[">/dev/null", "2>&1", "2>/dev/null", "> f", ">> f", ">| f", "&>/dev/null", "&> f", ">& f", "< /dev/null"],
  ...["<<< x", ">! f", ">>! f", ">>| f", ">&! f", "&>| f", "{v}> f", "<&-", "2>", ">&2", "<> f", "> $(bad)", "3>&1-"],
);

const assignment = pick("A=1", "A+=1", "a[0]=1", "A=$(bad)", "A=(x y)", "a[$(bad)]=1", "IFS=x", "A=`bad`", "A=");

const simple = fc
  .tuple(
    fc.option(assignment, { nil: "", freq: 8 }),
    fc.option(redirection, { nil: "", freq: 10 }),
    program,
    fc.array(argument, { maxLength: 2 }),
    fc.option(redirection, { nil: "", freq: 4 }),
  )
  .map(([before, file, name, words, after]) => [before, file, name, ...words, after].filter((one) => one).join(" "));

/** Ways to run the command that stands in place of @; Q is the same as a text in single quotes. */
const WRAPPED = [
  ...["env @", "env -i PATH=$PATH @", "env A=1 @", "env -u A @", "env -S Q", "env -- @", "command @", "command -p @"],
  ...["exec @", "exec -a x @", "nohup @", "timeout 5 @", "timeout -s KILL 5 @", "timeout -k 1 5 @", "nice @"],
  ...["nice -n 5 @", "nice -5 @", "sudo @", "sudo -u x @", "sudo -n -- @", "doas @", "stdbuf -oL @", "stdbuf -o L @"],
  ...["setsid @", "setsid -w @", "builtin eval Q", "command eval Q", "eval @", "eval Q", "eval -- Q", "sh -c Q"],
  ...["bash -c Q", "bash -lc Q", "bash --norc -c Q", "bash -O extglob -c Q", "sh -ec Q", "$BIN/sh -c Q", "zsh -c Q"],
  ...["dash -c Q", "echo Q | sh", "echo Q | bash -s", "sh <<< Q", "sh << E\n@\nE", "bash /dev/stdin <<< Q"],
  ...["source /dev/stdin <<< Q", ". /dev/stdin << 'E'\n@\nE", "trap Q EXIT", "trap -- Q 0", "trap Q DEBUG; good"],
  ...["echo x | xargs @", "echo bad | xargs", "echo x | xargs -I% @", "echo Q | xargs -I% sh -c %", "xargs -n 1 @"],
  ...["find . -maxdepth 0 -exec @ \\;", "find . -maxdepth 0 -exec @ {} +", "find . -maxdepth 0 -execdir @ ';'"],
  ...[
    "find . -maxdepth 0 -name . -exec sh -c Q \\;",
    "noglob @",
    "nocorrect @",
    "- @",
    "repeat 1 @",
    "emulate sh -c Q",
  ],
  ...[
    "git -c alias.x='!bad' x",
    "git -C . -c alias.x=!Q x",
    "git --exec-path=$BIN bad",
    "awk 'BEGIN{system(\"bad\")}'",
  ],
  ...["sed '1e bad' f /dev/null", "mapfile -c 1 -C Q <<< x", "hash -p $BIN/bad good; good", "alias good=bad\ngood"],
  ...[
    "PS4='$(bad)'; set -x; good",
    "printf %d 'path[$(bad)]'",
    "test 'path[$(bad)]' -eq 1",
    "[ 'path[$(bad)]' -eq 1 ]",
  ],
  ...[
    "let 'a[$(bad)]=1'",
    "declare 'a[$(bad)]=1'",
    "unset 'a[$(bad)]'",
    "read 'a[$(bad)]' <<< x",
    "exit 'path[$(bad)]'",
  ],
  ...[
    "printf -v 'a[$(bad)]' x",
    "test -v 'a[$(bad)]'",
    'set -- bad; "$@"',
    "set -- bad; $1",
    "x=bad; $x",
    "x=bad; good; $x",
  ],
  ...["env env @", "sudo env A=1 nice @", "sh -c 'sh -c bad'", "command -v bad", "type bad", "echo bad", "echo $(@)"],
  ...[
    "export A=1; @",
    "cd . && @",
    "pushd . && @",
    "xargs -a f @",
    "env -C . @",
    "env --chdir=. @",
    "time @",
    "time -p @",
  ],
];

const COMPOUND = [
  ...[
    "(@)",
    "( @ )",
    "{ @; }",
    "{ @ }",
    "! @",
    "if true; then @; fi",
    "if @; then good; fi",
    "if false; then :; else @; fi",
  ],
  ...["for i in 1; do @; done", "for i in bad; do $i; done", "for i in bad; do good; done", "for i do @; done"],
  ...["for i (1) @", "for ((i=0;i<1;i++)); do @; done", "for ((i=0;i<1;i++)) { @; }", "foreach i (1) @; end"],
  ...["select i in 1; do @; break; done <<< 1", "while @; do break; done", "until @; do break; done"],
  ...["while true; do @; break; done", "while (true) { @; break }", "if (true) @", "if (true) { @ }", "if true; { @ }"],
  ...[
    "if { true } { @ }",
    "{ good } always { @ }",
    "case x in x) @;; esac",
    "case x in (x) @;; esac",
    "case x { x) @;; }",
  ],
  ...["case x in x) good;& y) @;; esac", "f() { @; }; f", "function f { @; }; f", "function f { @ }; f", "f() @; f"],
  ...[
    "function { @ }",
    "() { @ }",
    "TRAPEXIT() { @; }",
    "coproc @",
    "coproc X { @; }; wait",
    "@ &",
    "@ &!",
    "good &! @",
  ],
  ...["good &!@", "good &| @", "good &|@", "@ & wait", "good;@", "good &@", "$(@)", "`@`", "good $(@)", 'good "$(@)"'],
  ...[
    "good `@`",
    "good <(@)",
    "good >(@)",
    "good =(@)",
    "x=$(@)",
    "x=`@`",
    "x=(`@`)",
    "good $" + "{x:-$(@)}",
    "(( $(@) ))",
  ],
  ...[
    "$(( $(@) ))",
    "good $(( `@` ))",
    "[[ -n $(@) ]]",
    "[[ x ]] && @",
    "[[ x ]] || @",
    "good << E\n$(@)\nE",
    "cat << E\n`@`\nE",
  ],
  ...[
    "cat << 'E'\n@\nE",
    "cat << E\nit's\nE\n@ #'",
    "cat <<-E\n\tE\n@",
    "good <<< $(@)",
    "good # @",
    "good #\n@",
    "((1 #)); @\n))",
  ],
  ...[
    "good \\\n @",
    "good &\\\n& @",
    "good ;\\\n@",
    "good '\n'; @",
    'good "\n"; @',
    "# '\n@\n# '",
    "good $'\\'; @ #'",
    "good $\\\n(@)",
  ],
];

const toText = (line: string) => `'${line.replaceAll("'", "'\\''")}'`;
const fill = (form: string, line: string) => form.replace(/[@Q]/g, (sign) => (sign === "@" ? line : toText(line)));

const joined = (one: fc.Arbitrary<string>) =>
  fc
    .array(fc.tuple(one, pick(";", " ; ", " && ", " || ", " | ", "|&", "\n", " & ", "\n\n", ";;")), {
      minLength: 1,
      maxLength: 3,
    })
    .map((parts) => parts.map(([line, sign], at) => line + (at + 1 < parts.length ? sign : "")).join(""));

const command: fc.Arbitrary<string> = fc.letrec<{ line: string }>((tie) => ({
  line: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    { weight: 2, arbitrary: simple },
    { weight: 3, arbitrary: fc.tuple(pick(...WRAPPED), tie("line")).map(([form, line]) => fill(form, line)) },
    { weight: 3, arbitrary: fc.tuple(pick(...COMPOUND), tie("line")).map(([form, line]) => fill(form, line)) },
  ),
})).line;

/** Signs put anywhere into a line, as somebody would who looks for a hole. */
const spoiled = fc
  .tuple(
    joined(command),
    fc.array(fc.tuple(fc.nat(), pick(..."'\"\\;|&<>(){}`$#!=~*? \n-@", "\\\n", "&!", "$(", "''", "<<")), {
      maxLength: 2,
    }),
  )
  .map(([line, signs]) =>
    signs.reduce((text, [at, sign]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + sign + text.slice(place);
    }, line),
  );

const plain = joined(simple.filter((line) => line.startsWith(ALLOWED)));

/** Command lines with the three programs in all the ways that shells know to run one. */
export const shellLine: fc.Arbitrary<string> = fc.oneof(joined(command), spoiled, joined(simple), plain);
