import { byId } from "./by-id.ts";

/** Takes files from the attach button, from a drop anywhere on the chat, and from the clipboard. */
export function startAttachments(onFiles: (files: readonly File[]) => void): void {
  const picker = byId("file", HTMLInputElement);
  byId("attach").addEventListener("click", () => picker.click());
  picker.addEventListener("change", () => {
    onFiles([...(picker.files ?? [])]);
    picker.value = "";
  });
  byId("input").addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    onFiles(files);
  });
  startDrop(onFiles);
}

function startDrop(onFiles: (files: readonly File[]) => void): void {
  const area = byId("conversation");
  const veil = byId("drop");
  area.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    veil.hidden = false;
  });
  area.addEventListener("dragleave", (event) => {
    if (!(event.relatedTarget instanceof Node && area.contains(event.relatedTarget))) veil.hidden = true;
  });
  area.addEventListener("drop", (event) => {
    veil.hidden = true;
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    onFiles(files);
  });
}
