import { draftPartPath, draftPath } from '../paths.ts';

type Step = 'edit' | 'test' | 'propose';

const STEPS: readonly { readonly step: Step; readonly label: string }[] = [
  { step: 'edit', label: 'Edit' },
  { step: 'test', label: 'Test and preview' },
  { step: 'propose', label: 'Propose' },
];

/** The way of a draft from its form to a pull request; each step can be opened at any time. */
export function DraftSteps({ draftId, current }: { readonly draftId: string; readonly current: Step }) {
  return (
    <nav class="steps" aria-label="Steps of the draft">
      <ol>
        {STEPS.map(({ step, label }) => (
          <li key={step}>
            <a href={pathOf(step, draftId)} aria-current={step === current ? 'step' : undefined}>
              {label}
            </a>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function pathOf(step: Step, draftId: string): string {
  if (step === 'edit') return draftPath(draftId);
  return draftPartPath(draftId, step === 'test' ? 'preview' : 'propose');
}
