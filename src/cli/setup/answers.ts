import { withValue } from "../../config/keys.ts";
import type { Table } from "../../domain/table.ts";
import type { Repository } from "../repository.ts";

/** The wizard's findings; undefined leaves the config as it is. */
export interface Answers {
  readonly token: string;
  readonly chatId: number | undefined;
  readonly userIds: readonly number[] | undefined;
  readonly isOpenGroup: boolean;
  readonly sessionMode: "stateless" | "chat";
  readonly engine: string;
  /** Engines that ask in the chat before they do what they may not. */
  readonly asking: readonly string[];
  readonly project: { readonly alias: string; readonly repository: Repository } | undefined;
}

/** The config with the answers in it; everything else as it was. */
export function withAnswers(table: Table, answers: Answers): Table {
  const { token, chatId, userIds, isOpenGroup, sessionMode, engine, asking, project } = answers;
  const telegram = (key: string) => ["transports", "telegram", key];
  const values: [path: string[], value: unknown][] = [
    [["default_engine"], engine],
    [telegram("bot_token"), token],
    [telegram("chat_id"), chatId],
    [telegram("allowed_user_ids"), userIds],
    [telegram("allow_group_members"), isOpenGroup || undefined],
    [telegram("session_mode"), sessionMode],
    ...asking.flatMap((id): [string[], unknown][] => [
      [[id, "interactive"], true],
      [[id, "approvals"], "ask"],
    ]),
  ];
  const filled = values.reduce(
    (made, [path, value]) => (value === undefined ? made : withValue(made, path, value)),
    table,
  );
  return project === undefined ? filled : withProject(filled, project);
}

function withProject(table: Table, { alias, repository }: NonNullable<Answers["project"]>): Table {
  const { path, base } = repository;
  const project = { path, ...(base === undefined ? {} : { worktree_base: base }) };
  const registered = withValue(table, ["projects", alias], project);
  return "default_project" in table ? registered : { ...registered, default_project: alias };
}
