/** Why a person or a limit ends a run, as JSON, from the moment that it is said: it holds over a restart. */
export const sql = "ALTER TABLE runs ADD COLUMN stop TEXT";
