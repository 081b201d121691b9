import { readFileSync } from "node:fs";
import { EngineError } from "../errors.ts";

/** The JSON schema that `output_schema` names. @throws EngineError if the file holds none. */
export function readOutputSchema(file: string): object {
  let schema: unknown;
  try {
    schema = JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new EngineError(`The output schema ${file} cannot be read as JSON: correct \`output_schema\`.`, { cause });
  }
  if (typeof schema === "object" && schema !== null && !Array.isArray(schema)) return schema;
  throw new EngineError(`The output schema ${file} is no JSON object: correct \`output_schema\`.`);
}
