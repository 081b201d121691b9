import type {
  CreateElicitationRequest,
  CreateElicitationResponse,
  RequestPermissionRequest,
  RequestPermissionResponse,
} from "@agentclientprotocol/sdk/unstable";
import { type Asking, OpenQuestions } from "../../src/engine/open-questions.ts";
import { toForm } from "./elicitation.ts";
import { toPermission } from "./permission.ts";
import type { Call } from "./state.ts";

/** The questions of one turn. ACP gives them no ids. */
export class Asks extends OpenQuestions {
  #count = 0;

  permit(request: RequestPermissionRequest, call: Call, place: { cwd: string }): Promise<RequestPermissionResponse> {
    return this.#next((id) => toPermission(id, { request, call, cwd: place.cwd }));
  }

  elicit(request: CreateElicitationRequest): Promise<CreateElicitationResponse> {
    return this.#next((id) => toForm(id, request));
  }

  #next<Answer>(make: (id: string) => Asking<Answer>): Promise<Answer> {
    this.#count += 1;
    const id = `ask${this.#count}`;
    return new Promise((resolve) => this.ask(id, make(id), resolve));
  }
}
