/** How the practice model hears: when somebody speaks, and which of the sentences it knows that was. */
export interface Ears {
  /** A detector of speech for one caller's sound. */
  listen(settings: ListenSettings): SpeechDetector;
  /** The sentence these samples are, or null when it is none of the known ones. */
  recognise(samples: Int16Array, sampleRate: 8_000 | 24_000): Heard | null;
}

export interface ListenSettings {
  readonly sampleRate: 8_000 | 24_000;
  /** 0 to 1; a higher one needs louder speech. */
  readonly threshold: number;
  readonly prefixPaddingMs: number;
  readonly silenceDurationMs: number;
}

export interface SpeechDetector {
  /** Takes the next samples and tells what began or ended in them; times count the sound pushed so far. */
  push(samples: Int16Array): readonly SpeechChange[];
  configure(settings: Omit<ListenSettings, 'sampleRate'>): void;
  /** Forgets what it was hearing; its clock goes on. */
  reset(): void;
}

export type SpeechChange =
  | { readonly type: 'started'; readonly audioStartMs: number }
  | { readonly type: 'stopped'; readonly audioEndMs: number };

export interface Heard {
  /** The name of the sentence in the fixtures. */
  readonly name: string;
  readonly text: string;
  readonly confidence: number;
}
