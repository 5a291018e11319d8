// Names of models on the Hugging Face hub, as programs write them: `hf:owner/name`, `hf:owner/name@revision`. Pure.

export interface HubSource {
  /** `owner/name` */
  readonly repository: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
  /** As it is written. */
  readonly text: string;
}

const defaultRevision = 'main';
/** As the hub allows them; a few old models have no owner. */
const repositoryForm = /^(?:[A-Za-z0-9][\w.-]*\/)?[A-Za-z0-9][\w.-]*$/;
const revisionForm = /^[\w][\w./-]*$/;

/** Nothing where the text is not of this form. */
export function readHubSource(text: string): HubSource | undefined {
  const [repository = '', revision = defaultRevision, ...more] = text.slice('hf:'.length).split('@');
  const leads = (name: string): boolean =>
    name.split('/').some((part) => part === '..' || part.includes('--'));
  if (!repositoryForm.test(repository) || !revisionForm.test(revision) || more.length > 0) return undefined;
  return leads(repository) || revision.split('/').includes('..') ? undefined : { repository, revision, text };
}
