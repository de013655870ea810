/**
 * The little of WebAssembly that the kernel uses. TypeScript declares it only together with the whole browser,
 * and then `window` and `document` would compile everywhere.
 */
declare namespace WebAssembly {
  class Module {
    constructor(binary: Uint8Array);
  }

  /** What a module exports is known to its author alone. */
  class Instance<Exports> {
    constructor(module: Module);
    readonly exports: Exports;
  }

  /** Whether this engine knows every instruction in it. */
  function validate(binary: Uint8Array): boolean;
}
