import type { FromMaker, ToMaker } from './messages.ts';

/** Where pages are made, seen from the thread that carries calls: nothing here waits. */
export interface PagePlace {
  /** Whether there is somebody, or can be at once. */
  isThere(): boolean;
  /** False if there is nobody to take it at the moment. */
  post(message: ToMaker): boolean;
  listen(ears: PageEars): void;
  close(): Promise<void>;
}

export interface PageEars {
  hear(message: FromMaker): void;
  /** Whatever was asked of it will not be answered, and what it was told is forgotten. */
  gone(): void;
}
