import type { LabelForms } from '../../contract/wire.ts'
import { LABEL_FORMS } from '../../contract/words.ts'
import type { LabelForm } from '../../contract/words.ts'
import { assertWritable } from '../machinery/project.ts'
import type { Project } from '../machinery/project.ts'

/** Outlines or rectangles: what a person has chosen for the smart box, and what the project's own labels are. */
export async function labelForms(project: Project): Promise<LabelForms> {
  const rectangles = await project.reads.run('annotate.areRectangles', {})
  const labels = rectangles === null ? null : rectangles ? 'rectangle' : 'outline'
  return { chosen: labelFormChosen(project), labels }
}

/** @param form null: as the project's labels are @throws DrydockError `read_only` */
export async function chooseLabelForm(project: Project, form: LabelForm | null): Promise<void> {
  assertWritable(project)
  const { store, events } = project
  await store.write(() => store.meta.set('label_form', form))
  events.emit({ type: 'label-form' })
}

function labelFormChosen({ store }: Project): LabelForm | null {
  const stored = store.meta.get('label_form')
  return LABEL_FORMS.find((form) => form === stored) ?? null
}
