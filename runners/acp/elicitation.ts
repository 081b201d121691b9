import type {
  CreateElicitationRequest,
  CreateElicitationResponse,
  ElicitationContentValue,
  ElicitationPropertySchema,
  EnumOption,
} from "@agentclientprotocol/sdk/unstable";
import type { Option, Question, Reply } from "../../src/domain/question.ts";
import type { Asking } from "../../src/engine/open-questions.ts";

const DECLINED: CreateElicitationResponse = { action: "decline" };

/** A form that an agent wants filled in: a question for each field. Links to open are declined: nobody could check them. */
export function toForm(id: string, request: CreateElicitationRequest): Asking<CreateElicitationResponse> {
  if (request.mode !== "form") return { questions: [], toAnswer: () => DECLINED };
  const { requestedSchema } = request as Extract<CreateElicitationRequest, { mode: "form" }>;
  const fields = Object.entries(requestedSchema.properties ?? {});
  return {
    questions: fields.map(([name, field], at) => toQuestion(`${id}.${at}`, { name, field, message: request.message })),
    toAnswer: (replies) => {
      const given = fields.map(([name, field], at) => [name, toValue(field, replies[at])] as const);
      const content = given.filter(
        (entry): entry is readonly [string, ElicitationContentValue] => entry[1] !== undefined,
      );
      return content.length === 0 ? DECLINED : { action: "accept", content: Object.fromEntries(content) };
    },
  };
}

interface Field {
  readonly name: string;
  readonly field: ElicitationPropertySchema;
  readonly message: string;
}

function toQuestion(id: string, { name, field, message }: Field): Question {
  const { title, description } = field as { title?: string | null; description?: string | null };
  const asked = { id, title: title || name, body: [message, description].filter(Boolean).join("\n\n") };
  const options = optionsOf(field);
  if (options.length === 0) return { ...asked, kind: "text", isSecret: false };
  return { ...asked, kind: "choice", options, isMultiple: field.type === "array", isOpen: false };
}

const YES_NO: readonly Option[] = [
  { value: "true", label: "Yes" },
  { value: "false", label: "No" },
];

function optionsOf(field: ElicitationPropertySchema): readonly Option[] {
  if (field.type === "boolean") return YES_NO;
  const source = field.type === "array" ? (field as { items?: unknown }).items : field;
  const {
    enum: names,
    oneOf,
    anyOf,
  } = (source ?? {}) as {
    enum?: readonly string[] | null;
    oneOf?: readonly EnumOption[] | null;
    anyOf?: readonly EnumOption[] | null;
  };
  const titled = oneOf ?? anyOf;
  if (titled) return titled.map((option) => ({ value: option.const, label: option.title }));
  return (names ?? []).map((value) => ({ value, label: value }));
}

function toValue(field: ElicitationPropertySchema, reply: Reply | undefined): ElicitationContentValue | undefined {
  if (reply?.type === "choose" && field.type === "array") return [...reply.values];
  const text = reply?.type === "choose" ? reply.values[0] : reply?.type === "text" ? reply.text : undefined;
  if (text === undefined) return undefined;
  if (field.type === "boolean") return text === "true";
  if (field.type !== "number" && field.type !== "integer") return text;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}
