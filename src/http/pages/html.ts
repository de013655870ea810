import { html, type SafeHtml } from '@remix-run/html-template';

/**
 * How pages are written: `html` escapes whatever is put into it, save for what was itself made by
 * `html`. There is no way to write markup from a plain string, and `html.raw` is not offered.
 */
const write: (strings: TemplateStringsArray, ...values: readonly Piece[]) => SafeHtml = (
  strings,
  ...values
) => html(strings, ...values.map(plain));

export { type SafeHtml, write as html };

export type Piece = SafeHtml | string | number | null | undefined | false | readonly Piece[];
type Plain = SafeHtml | string | number | null | Plain[];

/** A piece that is false is left out: `${isLive && html`…`}`. */
function plain(piece: Piece): Plain {
  if (piece === false || piece === undefined || piece === null) return null;
  return isList(piece) ? piece.map(plain) : piece;
}

function isList(piece: Piece): piece is readonly Piece[] {
  return Array.isArray(piece);
}
