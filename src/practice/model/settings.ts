import type { SessionUpdateEvent } from 'openai/resources/realtime/realtime';
import { RequestError } from './request-error.ts';
import type { SessionConfig, TranscriptionConfig } from './session-config.ts';
import { asTranscription, defaultConfig } from './session-config.ts';
import type { SessionContext } from './session-context.ts';
import { updatedConfig } from './session-update.ts';

type Update = SessionUpdateEvent['session'];
export type SessionKind = Update['type'];

/** What is in force in one session, and how a client changes it. */
export class Settings {
  readonly kind: SessionKind;
  readonly #context: SessionContext;
  #config: SessionConfig;

  constructor(context: SessionContext, kind: SessionKind, model: string, maximumS: number) {
    const expiresAt = Math.round(context.clock.wallMs() / 1_000 + maximumS);
    this.kind = kind;
    this.#context = context;
    this.#config = defaultConfig(context.ids.next('sess'), model, expiresAt);
  }

  get inForce(): SessionConfig {
    return this.#config;
  }

  /** As a client sees it. */
  get shown(): SessionConfig | TranscriptionConfig {
    return this.kind === 'transcription' ? asTranscription(this.#config) : this.#config;
  }

  /** Takes an update whole or refuses it whole. */
  update(update: Update, hasSpoken: boolean): void {
    const { rejectSessionUpdate: rejection, otherFormat } = this.#context.misbehave;
    if (rejection !== undefined) {
      throw new RequestError(rejection.code, 'The session update was refused.', rejection.param ?? null);
    }
    const config = updatedConfig(this.#config, this.kind, update, hasSpoken);
    const { input, output } = config.audio;
    this.#config = {
      ...config,
      audio: {
        input: { ...input, format: otherFormat?.input ?? input.format },
        output: { ...output, format: otherFormat?.output ?? output.format },
      },
    };
    this.#context.send({ type: 'session.updated', session: this.shown });
    if (update.type === 'realtime') void this.#context.remote.offer(update.tools ?? []);
  }
}
