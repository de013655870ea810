import fc from 'fast-check';

/** A text in which something was lost, put in, or both, somewhere. */
export function garbled(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(text, fc.nat(), fc.nat({ max: 3 }), fc.stringMatching(/^[ -~]{0,3}$/))
    .map(([whole, at, gone, put]) => {
      const place = at % whole.length;
      return whole.slice(0, place) + put + whole.slice(place + gone);
    });
}
