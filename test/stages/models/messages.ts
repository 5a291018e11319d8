// A small invented task: what a customer of a library wants.
import type { Row } from './rig.ts';

export const training: readonly Row[] = [
  ['I want to borrow the new crime novel', 'borrow'],
  ['Can I borrow this book for two weeks?', 'borrow'],
  ['Please lend me the second volume', 'borrow'],
  ['I would like to take out three books', 'borrow'],
  ['When do you open on Saturday?', 'hours'],
  ['Are you open tomorrow morning?', 'hours'],
  ['What are your opening hours in summer?', 'hours'],
  ['Until when is the reading room open today?', 'hours'],
  ['I have lost my library card', 'card'],
  ['My card does not work at the gate', 'card'],
  ['How do I get a new library card?', 'card'],
  ['My card has expired, please renew it', 'card'],
];

export const testing: readonly Row[] = [
  ['Could I borrow the crime novel by her?', 'borrow'],
  ['I want to take out two books', 'borrow'],
  ['Is the library open on Sunday morning?', 'hours'],
  ['What are the hours of the reading room?', 'hours'],
  ['I need a new card', 'card'],
  ['The gate does not accept my library card', 'card'],
];
