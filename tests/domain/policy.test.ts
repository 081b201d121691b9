import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decide, judge, type Rules } from "../../src/domain/policy.ts";
import type { Approval, Question } from "../../src/domain/question.ts";
import { times } from "../helpers/soak.ts";

const command = (line: string): Question => ({
  ...{ id: "1", kind: "command", title: line, command: line, canAllowSession: true },
  place: { isOwn: true, directory: "/src/web" },
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
  test("allow a line that is not denied, and ask if it might hide one that is", () => {
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

  // The same, through programs that run others, and through what those programs read as commands of their own.
  test.each([
    ...["env rm x", "env A=1 rm x", "env -i rm x", "/usr/bin/env rm x", "command rm x", "command -p rm x", "exec rm x"],
    ...["nohup rm x", "timeout 5 rm x", "timeout 1m rm x", "nice rm x", "nice -n 5 rm x", "nice -5 rm x", "sudo rm x"],
    ...["sudo -n rm x", "sudo -- rm x", "doas rm x", "stdbuf -oL rm x", "setsid rm x", "setsid -w rm x", "time rm x"],
    ...["time -p rm x", "noglob rm x", "nocorrect rm x", "- rm x", "builtin eval 'rm x'", "eval rm x", 'eval "rm x"'],
    ...["sh -c 'rm x'", "bash -lc 'rm x'", "/bin/sh -ec 'git status; rm x'", "zsh -c 'rm x'", "trap 'rm x' EXIT"],
    ...["trap -- 'rm x' 0", "xargs rm", "xargs -0 rm -rf", "ls | xargs -n 1 rm", "find . -exec rm {} \\;", "RM x"],
    ...["find . -name x -execdir /bin/rm {} +", "env nice sudo rm x", "sh -c 'sh -c \"rm x\"'", "make &! rm x"],
    ...["make &!rm x", "make &|rm x", "busybox rm x", "strace -f rm x", "watch rm x", "echo $(sudo rm x)"],
    ...["git -C . push", "git -C .. --no-pager push -f", "git --git-dir=.git push", "git -p push", "/usr/bin/git push"],
    ...["sudo git -C . push", "git -c a.b=c push", "env GIT_DIR=x git push", "sh -c 'git -C . push'"],
  ])("deny %j", (line) => {
    expect(decideOn(line, { approvals: "allow", allow: ["*"] })).toBe("deny");
  });

  // It cannot be said whether, or with what, these run what is denied.
  test.each([
    ...["sudo -u bob rm x", "env -u A rm x", "timeout -s KILL 5 rm x", "stdbuf -o L rm x", "exec -a y rm x", "sudo -s"],
    ...["env -S 'rm x'", "env --split-string='rm x'", "su -c 'rm x'", "script -c 'rm x' f", "watch 'rm x'", "npx rm x"],
    ...[
      "ssh here rm x",
      "ssh here 'rm x'",
      "docker run i sh -c 'rm x'",
      "npm exec -- rm x",
      "uv run rm x",
      "flock f rm x",
    ],
    ...[
      "tmux new 'rm x'",
      "parallel rm ::: x",
      "nix develop -c rm x",
      "echo rm | xargs -I% % x",
      "echo 'rm x' | xargs env",
    ],
    ...[
      "echo 'rm x' | xargs -I% sh -c %",
      "xargs -n 1",
      "xargs sh -c",
      "echo 'rm x' | sh",
      "sh < x",
      "sh x",
      "sh -s",
      "sh",
    ],
    ...[
      "sh -xc -- 'rm x'",
      "bash --norc -c 'rm x'",
      "fish -c 'rm x'",
      "pwsh -c 'rm x'",
      ". ./x",
      "source x",
      "sh -c $X",
    ],
    ...["alias ls=rm\nls x", "hash -p /bin/rm ls", "emulate sh -c 'rm x'", "repeat 1 rm x", "mapfile -C 'rm x' f"],
    ...["eval $X", 'eval "$(cat x)"', "find . -exec {} \\;", "find . -exec $X \\;", "sudo $X", "find | xargs find"],
    ...[
      "awk 'BEGIN{system(\"rm x\")}'",
      "awk '{print | \"rm x\"}'",
      "sed '1e rm x' f",
      "sed 's/a/rm x/e' f",
      "vim -c '!rm x'",
    ],
    ...[
      "python -c 'x'",
      "python3.12 -c 'x'",
      "echo x | python",
      "perl -e 'x'",
      "perl -ne 'x' f",
      "node -e x",
      "ruby -e x",
    ],
    ...[
      "printf %d 'a[$(rm x)]'",
      "[ 'a[$(rm x)]' -eq 1 ]",
      "test -v 'a[$(rm x)]'",
      "unset 'a[$(rm x)]'",
      "let 'a[`rm x`]'",
    ],
    ...[
      "for i do rm x; done",
      "if true { rm x }",
      "{ make } always { rm x }",
      "make >! f rm x",
      "PS4='$(rm x)'; set -x; make",
      "make >>| f; rm x",
      "function f rm",
    ],
    ...[
      "git p",
      "git $X",
      "git -c alias.p=push p",
      "git -c alias.x='!rm x' x",
      "git --exec-path=. x",
      "git submodule foreach rm x",
    ],
    ...["git -c core.pager='rm x' log", "git -c core.fsmonitor='rm x' status", "git --config-env=core.pager=X log"],
    ...[
      "git rebase -x 'rm x'",
      "git rebase --exec 'rm x'",
      "git rebase --exe 'rm x'",
      "git bisect run rm x",
      "git lfs",
    ],
    ...[
      "git difftool -x 'rm x'",
      "git grep -O'rm x' a",
      "git grep --open-files-in-pager='rm x' a",
      "git fetch --upload-pack='rm x' .",
    ],
    ...["git clone 'ext::rm x' y", "git --git-dir x status", "git filter-branch --tree-filter 'rm x'"],
    ...[
      "docker compose exec c rm x",
      "kubectl exec p -- rm x",
      "perf stat rm x",
      "bwrap --bind / / rm x",
      "mytool rm x",
    ],
    ...[
      "hyperfine 'rm x'",
      "nodemon --exec 'rm x'",
      "gdb -batch -ex '!rm x'",
      "sqlite3 x '.shell rm x'",
      "psql -c '\\! rm x'",
    ],
    ...[
      "tar --checkpoint-action=exec='rm x' cf a b",
      "tar -I 'git push' cf a b",
      "make SHELL='rm x'",
      "rsync -e 'rm x' a b",
    ],
    ...["ssh -o ProxyCommand='rm x' h", "sort --compress-program='rm x' f", "rg --pre 'rm x' a", "less '+!rm x' a"],
    ...[
      "GIT_SSH_COMMAND='git push' git fetch",
      "GIT_PAGER=rm git log",
      "env EDITOR='rm x' git commit",
      "PAGER='rm x' man ls",
    ],
    ...[
      "R -e 'system(\"rm x\")'",
      "julia -e 'run(`rm x`)'",
      "expect -c 'spawn git push'",
      "socat - EXEC:'rm x'",
      "fd -x rm",
    ],
    ...[
      "at now <<< 'rm x'",
      "crontab f",
      "ld.so /bin/rm x",
      "git-push",
      "/usr/lib/git-core/git-push origin",
      "jj git push",
    ],
    ...[`sh -c '${"sh -c ".repeat(9)}rm x'`, `env ${"A=1 ".repeat(200)}rm x`, `echo ${"x".repeat(30_000)}; rm x`],
  ])("ask about %j", (line) => {
    const asks = decideOn(line, { approvals: "allow", deny: ["rm *", "git push*"], allow: ["*"] });
    expect(asks).not.toBe("allow");
  });

  test("allow what only looks alike", () => {
    const lines = [
      ...[
        "git log -p",
        "git commit -m 'rm x'",
        "git -C . status",
        "git checkout -b push",
        "git rebase main",
        "git config a b",
      ],
      ...[
        "grep -r rm .",
        "echo rm x",
        "sudo apt-get update",
        "env",
        "command -v rm",
        "find . -name rm",
        "xargs grep x",
      ],
      ...[
        "sed -n 1,5p f",
        "sed 's/a/b/g' f",
        "awk '{print $1}' f",
        "python x.py rm",
        "python -m pytest",
        "npm test",
        "make",
      ],
      ...["node x.js", "sh -c 'make; ls'", "timeout 5 make", "printf '%s' x", "[ -f x ] && make", "cargo test"],
    ];
    for (const line of lines) expect(decideOn(line, { approvals: "allow" }), line).toBe("allow");
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

describe("a line that `allow` does not cover", () => {
  const wide: Rules = {
    allow: ["git *", "find *", "env *", "sh *", "xargs *", "sort *", "rg *", "cd *", "npm *", "sed *"],
  };

  test.each([
    ...[
      "git -c core.fsmonitor=make status",
      "git -c core.pager=make log",
      "git --exec-path=. status",
      "git -C sub status",
    ],
    ...[
      "git --git-dir=sub/.git status",
      "git -p log",
      "git st",
      "git $X",
      "git config core.pager make",
      "git clone x y",
    ],
    ...[
      "git diff --ext-diff",
      "git log --textc",
      "git diff --output=x",
      "git grep -Omake a",
      "git fetch --upload-pack=make .",
    ],
    ...[
      "git ls-remote ext::make",
      "git rebase -x make",
      "git log $X",
      "git submodule foreach make",
      "git bisect run make",
    ],
    ...[
      "find . -exec make \\;",
      "find . -delete",
      "find . -fprint x",
      "find $X",
      "env make",
      "sh -c make",
      "sh x",
      "xargs make",
    ],
    ...[
      "sort -o x y",
      "sort --compress-program=make",
      "rg --pre make x",
      "rg --pre=make x",
      "npm exec make",
      "npm x make",
    ],
    ...[
      "npm --script-shell=./x test",
      "sed '1e make' f",
      "sed -i s/a/b/ f",
      "cd sub && git status",
      "git status; cd sub",
    ],
  ])("%j", (line) => {
    expect(decideOn(line, wide)).toBe("ask");
  });

  test("is covered by a pattern that spells it out", () => {
    for (const line of [
      "git -C sub status",
      "find . -name x -delete",
      "sh build.sh",
      "timeout 60 npm test",
      "cd sub",
    ]) {
      expect(decideOn(line, { allow: [line] }), line).toBe("allow");
    }
    expect(decideOn("find . -name x -delete", { allow: ["find . -name * -delete"] })).toBe("allow");
    expect(decideOn("find . -name x -exec y", { allow: ["find . -name *"] })).toBe("ask");
  });

  test("is every line if the run is not at home", () => {
    const elsewhere = { ...command("git status"), place: { isOwn: false, directory: "/src/web" } };
    const { place: _place, ...nowhere } = elsewhere;
    for (const question of [elsewhere, nowhere]) {
      expect(decide(question, rules)).toBe("ask");
      expect(decide(question, { ...rules, approvals: "allow" })).toBe("allow");
    }
  });
});

test("the rule that decided is named, or why there is none", () => {
  expect(judge(command("git status && ls x"), rules)).toEqual({
    ...{ decision: "allow", rule: 'allow = "git status*", allow = "ls *"' },
  });
  expect(judge(command("sudo rm x"), rules)).toEqual({ decision: "deny", rule: 'deny = "rm *"' });
  expect(judge(command("make"), { approvals: "allow" })).toEqual({
    ...{ decision: "allow", rule: 'approvals = "allow"', reason: "No rule is about it." },
  });
  expect(judge(command("git status; make x"), rules).reason).toBe("No rule of `allow` covers all of: make x");
  expect(judge(command("git status > x"), rules).reason).toMatch(/more than plain commands/);
  expect(judge(command("git $X"), { ...rules, approvals: "allow" }).reason).toMatch(/may run what deny = "git push\*"/);
});

describe("changes of files", () => {
  const change = (...paths: string[]): Approval => ({
    ...{ id: "1", kind: "file_change", title: "", tool: "edit", canAllowSession: false, paths },
    place: { isOwn: true, directory: "/src/web", paths },
  });
  const files: Rules = { allow_paths: ["src/**", "*.md", "/tmp/out"], deny_paths: [".env", "src/secret", "*.pem"] };

  test.each([
    [["/src/web/src/a.ts"], "allow"],
    [["/src/web/src/deep/a.ts", "/src/web/docs/x.md", "/tmp/out/x"], "allow"],
    [["/src/web/src/a.ts", "/src/web/package.json"], "ask"],
    [["/src/web/package.json"], "ask"],
    [["/src/web-other/src/a.ts"], "ask"],
    [["/src/other/x.md"], "ask"],
    [["/src/web/src/../package.json"], "ask"],
    [["/tmp/output"], "ask"],
    [["/src/web/src/.git/config"], "ask"],
    [["/src/web/.vscode/x.md"], "ask"],
    [["/src/web/.env"], "deny"],
    [["/src/web/src/a.ts", "/src/web/src/deep/.env/x"], "deny"],
    [["/src/web/SRC/Secret/a.ts"], "deny"],
    [["/src/web/key.pem"], "deny"],
  ])("%j: %s", (paths, decision) => {
    expect(decide(change(...paths), files)).toBe(decision);
    if (decision === "deny") expect(decide(change(...paths), { ...files, approvals: "allow" })).toBe("deny");
  });

  test("a pattern that spells a name with a dot covers it", () => {
    expect(decide(change("/src/web/.github/x.yml"), { allow_paths: [".github/*.yml"] })).toBe("allow");
    expect(decide(change("/src/web/.github/.x.yml"), { allow_paths: [".github/*.yml"] })).toBe("ask");
  });

  test("are asked about if it is not known which, and denied by the name that the engine gives", () => {
    const { place: _place, ...untold } = change("/src/web/src/a.ts");
    expect(decide(untold, { allow_paths: ["**"] })).toBe("ask");
    expect(decide(untold, { deny_paths: [".env"], approvals: "allow" })).toBe("ask");
    const link = { ...untold, paths: [".env"], place: { isOwn: true, directory: "/src/web" } };
    expect(decide(link, { ...files, approvals: "allow" })).toBe("deny");
  });

  test("name the rule, or the file that none covers", () => {
    expect(judge(change("/src/web/src/a.ts"), files)).toEqual({ decision: "allow", rule: 'allow_paths = "src/**"' });
    expect(judge(change("/src/web/src/a.ts", "/x"), files).reason).toBe("No rule of `allow_paths` covers /x.");
  });
});

test("tools go by their names, and a denied one is denied whatever it asks for", () => {
  const tool = (name?: string): Question => ({
    ...{ id: "1", kind: "permission", title: "", canAllowSession: false, ...(name !== undefined && { tool: name }) },
  });
  const tools: Rules = { allow_tools: ["webfetch", "mcp_docs_*"], deny_tools: ["mcp_*_delete", "bash"] };
  expect(decide(tool("webfetch"), tools)).toBe("allow");
  expect(decide(tool("mcp_docs_read"), tools)).toBe("allow");
  expect(decide(tool("mcp_docs_delete"), tools)).toBe("deny");
  expect(decide(tool("websearch"), tools)).toBe("ask");
  expect(decide(tool(), { ...tools, approvals: "allow" })).toBe("ask");
  expect(decide({ ...command("ls"), tool: "Bash" } as Question, { ...tools, allow: ["ls"] })).toBe("deny");
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
      { numRuns: times(500, 10_000) },
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
      { numRuns: times(500, 10_000) },
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
