// Events as NDJSON: one object a line, `type` and `time` first. docs/events.md describes every type.
import { diagnosticsAsJson } from '../../parser/print.ts';
import type { Event } from '../event.ts';
import { reportJson } from './report-json.ts';

export function eventJson(event: Event): string {
  return `${JSON.stringify(plainEvent(event))}\n`;
}

function plainEvent(event: Event): Readonly<Record<string, unknown>> {
  const { type, time, ...rest } = event;
  switch (event.type) {
    case 'step-failed':
    case 'output-left':
      return { type, time, ...rest, diagnostics: diagnosticsAsJson(event.diagnostics).diagnostics };
    case 'run-finished': {
      const reports = event.result.reports.map(({ step, report, marks }) => reportJson(step, report, marks));
      return { type, time, ...rest, result: { ...event.result, reports } };
    }
    case 'run-started':
    case 'step-cached':
    case 'step-started':
    case 'step-progress':
    case 'step-note':
    case 'step-waiting':
    case 'step-finished':
    case 'step-skipped':
    case 'step-interrupted':
    case 'requirement':
      return { type, time, ...rest };
    default:
      return event satisfies never;
  }
}
