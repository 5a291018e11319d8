// docs/events.md: the events of `--json`.
import { eventDocs } from '../../src/runtime/report/event-docs.ts';
import { page } from './page.ts';

export function eventsPage(): string {
  const entries = Object.entries(eventDocs).map(([type, { doc, fields }]) => {
    const lines = Object.entries(fields).map(([name, text]) => `- \`${name}\`: ${text}`);
    return `## ${type}\n\n${doc}\n\n${lines.join('\n')}`;
  });
  return page('Events', [
    '`fslrun FILE --json` writes one JSON object a line to the standard output. Each has a `type`, one of those below and no other, and a `time` in milliseconds since the epoch.',
    ...entries,
  ]);
}
