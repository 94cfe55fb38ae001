/** WGS 84, and systems that differ from it by less than a metre or two: good enough for a readout. */
const GEOGRAPHIC = new Set([4326, 4258, 4269, 4979])

/** Systems that are not one of a numbered family. */
const SINGLE: Readonly<Record<number, string>> = {
  3857: '+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +nadgrids=@null',
  3395: '+proj=merc +lon_0=0 +k=1 +x_0=0 +y_0=0 +datum=WGS84 +units=m',
  3035: '+proj=laea +lat_0=52 +lon_0=10 +x_0=4321000 +y_0=3210000 +ellps=GRS80 +towgs84=0,0,0 +units=m',
  3031: '+proj=stere +lat_0=-90 +lat_ts=-71 +lon_0=0 +k=1 +x_0=0 +y_0=0 +datum=WGS84 +units=m',
  3413: '+proj=stere +lat_0=90 +lat_ts=70 +lon_0=-45 +k=1 +x_0=0 +y_0=0 +datum=WGS84 +units=m',
  3995: '+proj=stere +lat_0=90 +lat_ts=71 +lon_0=0 +k=1 +x_0=0 +y_0=0 +datum=WGS84 +units=m',
  5041: '+proj=stere +lat_0=90 +lon_0=0 +k=0.994 +x_0=2000000 +y_0=2000000 +datum=WGS84 +units=m',
  5042: '+proj=stere +lat_0=-90 +lon_0=0 +k=0.994 +x_0=2000000 +y_0=2000000 +datum=WGS84 +units=m',
  6933: '+proj=cea +lat_ts=30 +lon_0=0 +x_0=0 +y_0=0 +datum=WGS84 +units=m',
}

/** Families of UTM zones: the code is `base` plus the zone. */
const UTM = [
  { base: 32600, zones: [1, 60], parameters: '+datum=WGS84' },
  { base: 32700, zones: [1, 60], parameters: '+south +datum=WGS84' },
  { base: 25800, zones: [28, 38], parameters: '+ellps=GRS80 +towgs84=0,0,0' },
  { base: 26900, zones: [1, 23], parameters: '+datum=NAD83' },
] as const

/** What proj4 needs of a system, and what is special about it. */
export interface Projection {
  definition: string
  /** a metre of it is a metre on the ground, to a tenth of a percent */
  trueToScale: boolean
}

/**
 * The reference system of a georeference.
 * @param crs 'EPSG:32631', or a definition in WKT
 * @returns null for a system that is not known without a network
 */
export function projectionOf(crs: string | null): Projection | null {
  if (crs === null) return null
  const code = codeOf(crs)
  if (code === null) {
    const definition = /^(PROJCS|PROJCRS|GEOGCS|GEOGCRS)\[/i.test(crs) ? crs : null
    return definition === null ? null : { definition, trueToScale: false }
  }
  if (GEOGRAPHIC.has(code)) return { definition: '+proj=longlat +datum=WGS84', trueToScale: false }
  const single = SINGLE[code]
  if (single !== undefined) return { definition: single, trueToScale: false }
  for (const { base, zones, parameters } of UTM) {
    const zone = code - base
    if (zone < zones[0] || zone > zones[1]) continue
    return { definition: `+proj=utm +zone=${zone} ${parameters} +units=m`, trueToScale: true }
  }
  return null
}

/** The EPSG code that a system's name or definition says; null: none that is known. */
function codeOf(crs: string): number | null {
  const code = /^EPSG:(\d{1,6})$/i.exec(crs)?.[1]
  if (code !== undefined) return Number(code)
  // the last authority of a definition is that of the whole; ESRI's have none, and say it in the name
  const authority = /AUTHORITY\["EPSG","?(\d{1,6})"?\]\]\s*$/i.exec(crs)?.[1]
  if (authority !== undefined) return Number(authority)
  const zone = /^[^,]*WGS[ _]?(?:19)?84[ _/]*UTM[ _]zone[ _](\d{1,2})([NS])/i.exec(crs)
  if (zone) return (zone[2]!.toUpperCase() === 'S' ? 32700 : 32600) + Number(zone[1])
  return /^GEOGCS\["(GCS_)?WGS[ _]?(19)?84"/i.test(crs) ? 4326 : null
}
