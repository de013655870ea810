/**
 * Where the sound of calls is kept: two channels, the caller's and what the caller heard, on the call's own clock.
 * What happened at 12.3 s is heard there, whenever the recording was started.
 */
export interface Recordings {
  /** Where the WAV file of a call is; null: there is none. Asked with the id of a call that the store has. */
  find(callId: string): Promise<string | null>;
}
