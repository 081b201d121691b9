import { ABSENT_ENGINES, type FileTable } from "./schema.ts";

/** Keys that are accepted so that an existing file starts, but do nothing yet. */
export function idleKeys(table: FileTable): string[] {
  const telegram = table.transports.telegram;
  const names = Object.entries(table.projects);
  const absent = (value: unknown) => typeof value === "string" && ABSENT_ENGINES.includes(value.toLowerCase());
  const idle: [boolean | undefined, string][] = [
    [table.plugins !== undefined, "[plugins]"],
    ...ABSENT_ENGINES.map((id): [boolean, string] => [table[id] !== undefined, `[${id}]`]),
    [absent(table.default_engine), `default_engine = "${table.default_engine}"`],
    [telegram?.topics.enabled, "transports.telegram.topics.enabled"],
    [telegram?.files.enabled, "transports.telegram.files.enabled"],
    [telegram?.voice_transcription, "transports.telegram.voice_transcription"],
    ...names.flatMap(([alias, project]) => [
      [absent(project.default_engine), `projects.${alias}.default_engine = "${project.default_engine}"`] as [
        boolean,
        string,
      ],
      ...ABSENT_ENGINES.map((id): [boolean, string] => [project[id] !== undefined, `[projects.${alias}.${id}]`]),
    ]),
  ];
  return idle.filter(([set]) => set).map(([, key]) => key);
}
