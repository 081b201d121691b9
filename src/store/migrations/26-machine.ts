/** The machine that carries a run out, "" for the bridge's own; runs of before have none. */
export const sql = "ALTER TABLE runs ADD COLUMN machine TEXT";
