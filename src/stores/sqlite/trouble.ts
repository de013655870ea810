import { isMistake, StoreTrouble, type TroubleReason } from '../shared/trouble.ts';

/** What SQLite's primary result codes mean for us; https://sqlite.org/rescode.html */
const REASONS: ReadonlyMap<number, TroubleReason> = new Map([
  [5, 'store_locked'], // BUSY
  [6, 'store_locked'], // LOCKED
  [13, 'store_full'], // FULL
  [8, 'store_unwritable'], // READONLY
  [14, 'store_unwritable'], // CANTOPEN
  [3, 'store_unwritable'], // PERM
  [23, 'store_unwritable'], // AUTH
  [10, 'store_failed'], // IOERR
  [11, 'store_corrupt'], // CORRUPT
  [26, 'store_corrupt'], // NOTADB
  [18, 'bad_data'], // TOOBIG
  [19, 'bad_data'], // CONSTRAINT
  [20, 'bad_data'], // MISMATCH
  [25, 'bad_data'], // RANGE
]);

export function sqliteTrouble(error: unknown): StoreTrouble {
  if (error instanceof StoreTrouble) return error;
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) : null;
  const fileCode = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === null || Number.isNaN(code)) {
    const reason = isMistake(error) ? 'bad_data' : (FILE_REASONS.get(fileCode) ?? 'store_failed');
    return new StoreTrouble(reason, `The call log could not be kept (${fileCode || 'unforeseen'}).`, {
      cause: error,
    });
  }
  const reason = REASONS.get(code & 0xff) ?? 'store_failed';
  return new StoreTrouble(reason, `SQLite refused with code ${code}.`, { cause: error });
}

/** Why the log in this folder cannot be opened: whoever started the program can do something about that. */
export function openingTrouble(directory: string, error: unknown): StoreTrouble {
  const trouble = sqliteTrouble(error);
  if (trouble.reason !== 'store_unwritable') return trouble;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const why = FILE_WORDS.get(code) ?? 'nothing can be written there';
  return new StoreTrouble(
    'store_unwritable',
    `DATA_DIR ${directory} cannot be used (${why}): set it to a folder that can be made and written to.`,
    { cause: error },
  );
}

const FILE_WORDS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'it is not allowed'],
  ['EPERM', 'it is not allowed'],
  ['EROFS', 'it is on a disk that can only be read'],
  ['ENOTDIR', 'a file is in its way'],
  ['EEXIST', 'it is a file'],
  ['ENOENT', 'no folder can be made there'],
]);

const FILE_REASONS: ReadonlyMap<string, TroubleReason> = new Map([
  ['ENOSPC', 'store_full'],
  ['EDQUOT', 'store_full'],
  ['EACCES', 'store_unwritable'],
  ['EPERM', 'store_unwritable'],
  ['EROFS', 'store_unwritable'],
  ['ENOTDIR', 'store_unwritable'],
  ['EEXIST', 'store_unwritable'],
  ['ENOENT', 'store_unwritable'],
]);
