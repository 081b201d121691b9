import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decide, type Rules } from "../../src/domain/policy.ts";
import type { Question } from "../../src/domain/question.ts";

const command = (line: string): Question => ({
  ...{ id: "1", kind: "command", title: line, command: line, canAllowSession: true },
  place: { isOwn: true, directory: "/src/web", paths: [] },
});
const rules: Rules = {
  allow: ["git status*", "git log *", "npm test", "npm run test:*", "ls *"],
  deny: ["rm *", "git push*"],
};
const decideOn = (line: string, more: Rules = {}) => decide(command(line), { ...rules, ...more });

describe("with commands that may run", () => {
  test.each([
    "git status",
    "git status -s --porcelain",
    "  git   status  ",
    "git 'status'",
    "git log",
    "git log -3 --format='%h; %s'",
    'git log --grep "a && b | c"',
    "npm test",
    "npm test && git status; git log | ls -l",
    "npm test\ngit status",
    "npm test 2>&1",
    "npm test >/dev/null 2>/dev/null",
    "npm run test:unit",
    "npm run test:unit -- --watch",
    "ls *.ts ~/x $HOME {a,b}",
    "git status \\\n -s",
    "git log a\\;b",
  ])("%j is allowed", (line) => {
    expect(decideOn(line)).toBe("allow");
  });

  test.each([
    "git statusx",
    "git status-all",
    "git",
    "'git status'",
    "git 'status -s'",
    "GIT STATUS",
    "./git status",
    "npm test x",
    "npm testing",
    "npm run test",
    "git status; make",
    "git status && make",
    "git status || make",
    "git status | make",
    "git status |& make",
    "git status\nmake",
    "git status & make",
    "git status &",
    "git status > file",
    "git status >> file",
    "git status >| file",
    "git status &> file",
    "git status >& file",
    "git status < file",
    "git status 2> '/dev/nul'",
    "git status > $OUT",
    "git status $(make)",
    'git status "$(make)"',
    "git status `make`",
    'git status "`make`"',
    "git status <(make)",
    "git status $" + "{x:=$(make)}",
    "git status $" + "{x@P}",
    "git status $'a'",
    "git status $((1+1))",
    "git status << EOF\nmake\nEOF",
    "(git status)",
    "{ git status; }",
    "! git status",
    "time git status",
    "if git status; then git log; fi",
    "GIT_PAGER=make git status",
    "a[0]=1 git status",
    "$GIT status",
    "{git,status}",
    "g?t status",
    "git s*",
    "git $X",
    "git status # make",
    "git status 'open",
    'git status "open',
    "git status \\",
    "git status $(make",
    "git status )",
    'git status "$\\\n(rm -rf x)"',
    "git status $\\\n'\\''; rm -rf x #'",
    "git status &>/dev/null rm -rf x",
    "git status *(e:'rm -rf x':)",
    "git st\\\natus",
    "git status \u0000",
    "git status \u001b[2K",
    "",
    " ; ",
  ])("%j is asked", (line) => {
    expect(decideOn(line)).toBe("ask");
  });

  test.each([
    "rm -rf x",
    "rm",
    "git status; rm -rf x",
    "git status && /bin/rm x",
    "git status\nrm x",
    "echo $(rm -rf x)",
    'echo "a $(rm -rf x)"',
    "echo `rm x`",
    "(cd x && rm y)",
    "if true; then rm x; fi",
    "X=1 rm x",
    "r\\m x",
    '"rm" x',
    "rm x > /dev/null",
    "git push --force",
    "make & git push",
  ])("%j is denied", (line) => {
    expect(decideOn(line)).toBe("deny");
    expect(decideOn(line, { approvals: "allow", allow: ["*"] })).toBe("deny");
  });
});

describe("approvals", () => {
  test("allow what is not denied, and ask where a line might hide what is", () => {
    const more: Rules = { approvals: "allow" };
    for (const line of ["make", "make > out", "X=1 make &", "echo $HOME", "git commit -m x"]) {
      expect(decideOn(line, more), line).toBe("allow");
    }
    for (const line of ["$CMD x", "git $X", "git {push,x}", "cat << E\nrm x\nE", "echo 'open"]) {
      expect(decideOn(line, more), line).toBe("ask");
      expect(decideOn(line, { ...more, deny: [] }), line).toBe("allow");
    }
  });

  // Each line runs what `deny` names, in bash, dash or zsh, and does not look like it.
  test.each([
    'echo "price in $\'s"; git push; echo "it\'s"',
    "function f { rm -rf x; }; f",
    "coproc X { rm -rf x; }",
    "time -p rm -rf x",
    "A\\\n=1 rm -rf x",
    "cat <\\\n<EOF\nit's\nEOF\nrm -rf x #'",
    "((1 #)); rm -rf x\n))",
    "echo $((1 #)); rm -rf x\n))",
    'echo "$\\\n(rm -rf x)"',
    "make &\\\n>/dev/null rm -rf x",
    "echo $'\\'; rm -rf x #'",
    "ls *(e:'rm -rf x':)",
    "=rm -rf x",
  ])("never allow %j", (line) => {
    expect(decideOn(line, { approvals: "allow", allow: ["*"] })).not.toBe("allow");
  });

  test("ask about a command that was not told", () => {
    for (const line of ["", " "]) expect(decideOn(line, { approvals: "allow" })).toBe("ask");
  });

  test("deny what is not allowed", () => {
    const more: Rules = { approvals: "deny" };
    expect(decideOn("git status", more)).toBe("allow");
    expect(decideOn("make", more)).toBe("deny");
    expect(decideOn("git status > x", more)).toBe("deny");
  });

  test("alone decide on changes of files and other permissions", () => {
    for (const kind of ["file_change", "permission"] as const) {
      const question: Question = { id: "1", kind, title: "rm x", canAllowSession: false };
      expect(decide(question, { allow: ["*"], deny: ["*"] })).toBe("ask");
      expect(decide(question, { approvals: "allow", deny: ["*"] })).toBe("allow");
      expect(decide(question, { approvals: "deny", allow: ["*"] })).toBe("deny");
    }
  });

  test("have no say in what is no approval", () => {
    const choice: Question = { id: "1", kind: "choice", title: "?", options: [], isMultiple: false, isOpen: true };
    const text: Question = { id: "1", kind: "text", title: "?", isSecret: true };
    for (const question of [choice, text]) {
      expect(decide(question, { approvals: "allow", allow: ["*"] })).toBe("ask");
      expect(decide(question, { approvals: "deny" })).toBe("ask");
    }
  });

  test("count for a command that is not told", () => {
    const untold: Question = { id: "1", kind: "command", title: "?", canAllowSession: false };
    expect(decide(untold, { allow: ["*"] })).toBe("ask");
    expect(decide(untold, { approvals: "allow" })).toBe("allow");
    expect(decide(untold, { approvals: "allow", deny: ["rm *"] })).toBe("ask");
  });
});

/** Shell-like noise: the signs that matter, often. */
const noise = fc.string({
  unit: fc.constantFrom(..."ab $()`'\"\\;|&<>{}*?~#\n=!", "git status ", "$(", "<<", "2>&1", "/dev/null", "git log "),
  maxLength: 30,
});
const operator = fc.constantFrom(";", "&&", "||", "|", "|&", "&", "\n", " ; ", " && ", "\n\n");
const stranger = fc.constantFrom("make", "rm -rf x", "curl x | sh", "$(make)", "`make`", "X=1 make", "(make)");

describe("whatever a line holds", () => {
  test("no allowed line with a further command behind an operator is allowed", () => {
    const line = fc.oneof(
      noise,
      noise.map((tail) => `git status ${tail}`),
    );
    fc.assert(
      fc.property(line, operator, stranger, (before, sign, after) => {
        fc.pre(decideOn(before) === "allow");
        expect(decideOn(before + sign + after)).not.toBe("allow");
      }),
      { numRuns: 1000 },
    );
  });

  test("no command in a substitution is allowed along with the line", () => {
    fc.assert(
      fc.property(
        noise,
        stranger,
        fc.constantFrom("$(@)", '"$(@)"', "`@`", "<(@)", "$" + "{x:-$(@)}"),
        (before, inner, form) => {
          const line = `git status ${before}`;
          fc.pre(decideOn(line) === "allow");
          expect(decideOn(`${line} ${form.replace("@", () => inner)}`)).not.toBe("allow");
        },
      ),
      { numRuns: 1000 },
    );
  });

  test("an argument in single quotes is an argument", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: such lines are asked about
        fc.pre(!/[\u0000-\u0008\u000b-\u001f\u007f]/.test(text));
        expect(decideOn(`git log '${text.replaceAll("'", "'\\''")}'`)).toBe("allow");
      }),
    );
  });

  test("it is read in the end", () => {
    fc.assert(fc.property(fc.oneof(noise, fc.string()), (line) => ["ask", "allow", "deny"].includes(decideOn(line))));
    for (const sign of ["(", "$(", "`", '"$(', "<(", "{", "'"]) expect(decideOn(sign.repeat(50_000))).toBe("ask");
  });
});
