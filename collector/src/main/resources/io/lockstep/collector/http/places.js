// Where each cell of the map stands: pure geometry.

const LARGEST = 18;
const SMALLEST = 4;
const MOST_COLUMNS = 16;
// Room for the frame round a tile at the map's edge.
const EDGE = 6;

/**
 * The largest tiles with which the whole cluster fits, and if none do, the smallest.
 *
 * @param hosts as the layout has them
 * @param width of the map in CSS pixels
 * @param height that the map should not exceed
 */
export function places(hosts, width, height) {
  const most = key => hosts.reduce((max, host) => Math.max(max, host[key].length), 0);
  const gpus = most('gpus');
  const ports = most('ports');
  const across = Math.min(MOST_COLUMNS, Math.max(gpus, ports, 4));
  for (let size = LARGEST; ; size--) {
    const grid = gridOf(size, across, gpus, ports, hosts.length, width);
    if (grid.height <= height || size === SMALLEST) return grid;
  }
}

function gridOf(size, across, gpus, ports, count, width) {
  const gap = size >= 8 ? 2 : 1;
  const label = size >= 9 ? 15 : 0;
  const portHeight = Math.max(3, Math.round(size * 0.55));
  const gpuRows = Math.ceil(gpus / across) || (ports ? 0 : 1);
  const portRows = Math.ceil(ports / across);
  const tileWidth = across * (size + gap) - gap;
  const tileHeight =
    label + gpuRows * (size + gap) + portRows * (portHeight + gap) + (portRows ? 1 : 0) - gap;
  const space = size >= 9 ? 14 : Math.max(5, gap * 5);
  const columns = Math.max(1, Math.min(count, Math.floor((width - 2 * EDGE + space) / (tileWidth + space))));
  const rows = Math.ceil(count / columns);
  const left = width - 2 * EDGE - columns * tileWidth;
  const apart = columns > 1 ? Math.min(space * 2, Math.floor(left / (columns - 1))) : space;
  return {
    size,
    gap,
    label,
    portHeight,
    across,
    gpuRows,
    tileWidth,
    tileHeight,
    space,
    apart,
    columns,
    rows,
    width,
    height: rows * (tileHeight + space) - space + 2 * EDGE,
  };
}

/** The upper left corner of a server's tile. */
export function tileAt(grid, host) {
  const column = host.at % grid.columns;
  const row = Math.floor(host.at / grid.columns);
  return {
    x: EDGE + column * (grid.tileWidth + grid.apart),
    y: EDGE + row * (grid.tileHeight + grid.space),
  };
}

export function gpuBox(grid, tile, i) {
  const step = grid.size + grid.gap;
  return {
    x: tile.x + (i % grid.across) * step,
    y: tile.y + grid.label + Math.floor(i / grid.across) * step,
    w: grid.size,
    h: grid.size,
  };
}

export function portBox(grid, tile, i) {
  const top = grid.label + grid.gpuRows * (grid.size + grid.gap) + 1;
  return {
    x: tile.x + (i % grid.across) * (grid.size + grid.gap),
    y: tile.y + top + Math.floor(i / grid.across) * (grid.portHeight + grid.gap),
    w: grid.size,
    h: grid.portHeight,
  };
}

/** What is at a point: {host}, {host, gpu} or {host, port}; null where nothing is. */
export function hit(grid, hosts, x, y) {
  const column = Math.floor((x - EDGE + grid.apart / 2) / (grid.tileWidth + grid.apart));
  const row = Math.floor((y - EDGE + grid.space / 2) / (grid.tileHeight + grid.space));
  if (column < 0 || row < 0 || column >= grid.columns) return null;
  const host = hosts[row * grid.columns + column];
  if (!host) return null;
  const tile = tileAt(grid, host);
  const inside = box =>
    x >= box.x - 1 && x < box.x + box.w + 1 && y >= box.y - 1 && y < box.y + box.h + 1;
  const gpu = host.gpus.findIndex((_, i) => inside(gpuBox(grid, tile, i)));
  if (gpu >= 0) return { host, gpu };
  const port = host.ports.findIndex((_, i) => inside(portBox(grid, tile, i)));
  return port >= 0 ? { host, port } : { host };
}
