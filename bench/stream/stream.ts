// Prints the tables of README.md.
import { drift } from './drift.ts';
import { full } from './full.ts';
import { lateIntents } from './late.ts';
import { poison, undoneOfGood } from './poison.ts';
import { streamsOf } from './streams.ts';
import { bankingVectors } from './vectors.ts';

const [shared = '', cache = '', seeds = '', questions = '', slow = ''] = process.argv.slice(2);
const banking = await bankingVectors(shared, cache);
const all = Array.from({ length: Number(seeds) }, (_, i) => streamsOf(banking, i + 1));
const asked = questions.split(',');
if (asked.includes('late')) await lateIntents(all, slow === 'true');
if (asked.includes('drift')) await drift(all);
if (asked.includes('poison')) {
  await poison(all);
  await undoneOfGood(all);
}
if (asked.includes('full'))
  for (const streams of all) await full(banking, streams, `${shared}/models/all-MiniLM-L6-v2`, 400);
process.exit(0);
