/** Why a run failed, as the word of a code; runs of before have none. */
export const sql = "ALTER TABLE runs ADD COLUMN failure TEXT";
