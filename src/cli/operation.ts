import { join } from "node:path";
import { z } from "zod";
import { ControlClient } from "../control/client.ts";
import type { Answered } from "../control/operation-handler.ts";
import { exitCodes, OperationFailure } from "../control/protocol.ts";
import { operations } from "../operations/index.ts";
import type { Operation } from "../operations/operation.ts";
import { readVersion } from "../version.ts";
import type { Argument, Arguments } from "./arguments.ts";
import { defineCommand } from "./command.ts";
import type { Entry } from "./index.ts";
import { loadFor } from "./load.ts";

/** Operations as commands: what each takes follows from its schema. They ask the bridge that runs here. */
export const operationEntries: readonly Entry[] = operations.map((operation) => ({
  name: operation.name,
  description: operation.summary[0]?.toUpperCase() + operation.summary.slice(1),
  load: async () => ({ command: toCommand(operation) }),
}));

interface Field {
  readonly type?: string;
  readonly description?: string;
}

function toCommand(operation: Operation) {
  const schema = z.toJSONSchema(operation.input, { io: "input" }) as { properties?: Record<string, Field> };
  const fields = schema.properties ?? {};
  const operands = operation.operands ?? (operation.argument === undefined ? [] : [operation.argument]);
  const json = { type: "boolean", description: "Print the output as JSON" } as const;
  return defineCommand({
    args: { ...toArguments(fields, operands), json },
    run: async (values, { configFile, cwd, env, stdout, stderr, signal }) => {
      const { directory } = loadFor({ configFile, cwd, env });
      const input = toInput(values as Record<string, string | boolean | undefined>, fields, operands);
      try {
        const { output, text } = await ask(join(directory, "takopi.sock"), operation.name, { input, signal });
        stdout.write(values["json"] ? `${JSON.stringify(output, null, 2)}\n` : `${text}\n`);
        return 0;
      } catch (error) {
        if (!(error instanceof OperationFailure)) throw error;
        const { code, message } = error;
        if (values["json"]) stdout.write(`${JSON.stringify({ error: { code, message } })}\n`);
        else stderr.write(`takopi: ${message}\n`);
        return exitCodes[code];
      }
    },
  });
}

function toArguments(fields: Readonly<Record<string, Field>>, operands: readonly string[]): Arguments {
  const operand = (name: string): [string, Argument] => [
    name,
    { type: "positional", required: false, description: fields[name]?.description ?? name },
  ];
  const flags = Object.entries(fields).filter(([name]) => !operands.includes(name));
  const flag = ([name, { type, description }]: [string, Field]): [string, Argument] => [
    name,
    { type: type === "boolean" ? "boolean" : "string", description: description ?? name },
  ];
  return Object.fromEntries([...operands.map(operand), ...flags.map(flag)]);
}

/** The operation's own schema checks it; here words become numbers, and fewer operands fill the last fields. */
function toInput(
  values: Readonly<Record<string, string | boolean | undefined>>,
  fields: Readonly<Record<string, Field>>,
  operands: readonly string[],
): Record<string, unknown> {
  const words = operands.flatMap((name) => values[name] ?? []);
  const filled = operands.slice(operands.length - words.length).map((name, index) => [name, words[index]] as const);
  const flags = Object.keys(fields).filter((name) => !operands.includes(name) && values[name] !== undefined);
  const typed = (name: string, value: unknown) => {
    const isNumber = fields[name]?.type === "integer" || fields[name]?.type === "number";
    return isNumber && typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  };
  const all = [...filled, ...flags.map((name) => [name, values[name]] as const)];
  return Object.fromEntries(all.map(([name, value]) => [name, typed(name, value)]));
}

async function ask(
  path: string,
  operation: string,
  { input, signal }: { readonly input: unknown; readonly signal: AbortSignal },
): Promise<Answered> {
  const client = await ControlClient.connect(path, readVersion());
  try {
    return (await client.call({ operation, input, signal })) as Answered;
  } finally {
    client.close();
  }
}
