import type { RunComparison } from '../../contract/wire.ts'
import type { Difference } from '../../core/metric/difference.ts'
import { AREAS } from '../../core/metric/report.ts'
import type { Report } from '../../core/metric/report.ts'

/** A difference as one JSON value. */
export function differenceForMachines({ f2, f2WithShips }: Difference): unknown {
  return { f2, f2_with_ships: f2WithShips }
}

/** Two runs side by side as one JSON value, beside their difference. `first` is the other run, `second` the one that is scored. */
export function comparisonForMachines(comparison: RunComparison): unknown {
  const { wins, losses, unchanged, agreement, shared, falseAlarms, groups, images } = comparison
  return {
    ...{ wins, losses, unchanged, agreement, shared, false_alarms: falseAlarms, groups },
    images: images.map(({ path, groups: _, ...scores }) => ({ ...scores, image: path })),
  }
}

/** A report as one JSON value. */
export function reportForMachines(report: Report): unknown {
  const { f2, f2WithShips, pooledF2, emptyImages, emptyClean, recall, bootstrap } = report
  return {
    images: report.images,
    f2,
    f2_with_ships: f2WithShips,
    pooled_f2: pooledF2,
    empty_images: emptyImages,
    empty_clean: emptyClean,
    recall: {
      all: recall.all,
      by_area: AREAS.map(([from, to], i) => ({
        from,
        to: Number.isFinite(to) ? to : null,
        ...recall.byArea[i]!,
      })),
      touching: recall.touching,
      lone: recall.lone,
      ...(recall.byCategory.length > 0 && { by_category: recall.byCategory }),
    },
    bootstrap,
  }
}
