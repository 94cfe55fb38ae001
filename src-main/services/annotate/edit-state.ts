import { editStateOf } from '../../core/edit/edit.ts'
import type { EditState } from '../../core/edit/edit.ts'
import { parseRle } from '../../core/mask/rle.ts'
import type { StoredImage } from '../../store/images.ts'
import type { Store } from '../../store/store.ts'

/** As much of an image's instances as a plan looks at, as they are stored. */
type Instances = Pick<Parameters<typeof editStateOf>[0], 'truth' | 'predictions'>

/** A stored image as `core/edit` sees it. */
export function storedEditState(
  store: Store,
  { width, height, status, flagged, comment, leftOut }: StoredImage,
  instances: Instances,
): EditState {
  return editStateOf(
    {
      ...{ width: width ?? 0, height: height ?? 0, status, flag: { flagged, comment }, leftOut },
      ...{ uncounted: store.categories.uncounted(), ...instances },
    },
    parseRle,
  )
}
