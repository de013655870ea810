/** The people and things the books are filled with; all of them made up. */
export const GIVEN_NAMES =
  'Ada Alan Beatrice Ben Chloe Daniel Edith Fatima George Grace Hannah Ibrahim Ines Jack Joan Kofi Leila Liam Maya Mehmet Nora Oscar Priya Quentin Rosa Samir Thea Tomas Uma Victor Wanda Yusuf'.split(
    ' ',
  );

export const FAMILY_NAMES =
  'Abbott Barker Chaudhry Dawson Ellis Fernandes Gallagher Hughes Iqbal Jensen Kowalska Lambert Mensah Norris Osborne Patel Quinn Reid Silva Turner Usman Vaughan Walker Young'.split(
    ' ',
  );

export const ITEMS = [
  'single vision glasses',
  'reading glasses',
  'varifocal glasses',
  'prescription sunglasses',
  'daily contact lenses',
  'monthly contact lenses',
] as const;

/** Who calls from the practice phone, and asks for this order. */
export const PRACTICE_CUSTOMER = {
  givenName: 'Robin',
  familyName: 'Marlow',
  bornOn: '1980-05-01',
  phone: '+15005550006',
  orderNumber: 4217,
} as const;
