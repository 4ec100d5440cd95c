// Decodes the borders once and shares them with every map on the page.
// Points are zigzag varints of differences, in units of data.unit degrees.

function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

const mercatorX = (lon) => lon / 360 + 0.5;
const mercatorY = (lat) => {
  const sine = Math.sin((Math.max(-85, Math.min(85, lat)) * Math.PI) / 180);
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
};

// Returns one record a shape: its rings as a Path2D in Mercator units, their bounds,
// and the width of the widest ring.
function decodeShapes(coded) {
  const bytes = bytesOf(coded.xy);
  let at = 0;
  const next = () => {
    let value = 0, shift = 0, byte;
    do {
      byte = bytes[at++];
      value |= (byte & 127) << shift;
      shift += 7;
    } while (byte & 128);
    return (value >>> 1) ^ -(value & 1);
  };
  let ring = 0;
  return coded.rings.map((rings) => {
    const path = new Path2D();
    const bounds = [9, 9, -9, -9];
    let wide = 0;
    for (let r = 0; r < rings; r++) {
      let x = 0, y = 0, west = 9, east = -9;
      for (let p = 0, n = coded.points[ring++]; p < n; p++) {
        x += next();
        y += next();
        const mx = mercatorX(x * coded.unit), my = mercatorY(y * coded.unit);
        if (p) path.lineTo(mx, my); else path.moveTo(mx, my);
        west = Math.min(west, mx);
        east = Math.max(east, mx);
        bounds[1] = Math.min(bounds[1], my);
        bounds[3] = Math.max(bounds[3], my);
      }
      bounds[0] = Math.min(bounds[0], west);
      bounds[2] = Math.max(bounds[2], east);
      wide = Math.max(wide, east - west);
      path.closePath();
    }
    return { path, bounds, wide };
  });
}

function regionsOf(coded) {
  return decodeShapes(coded).map((shape, i) => ({
    ...shape,
    code: coded.codes[i],
    name: coded.names[i],
    label: [mercatorX(coded.labels[i][0]), mercatorY(coded.labels[i][1])],
  }));
}

export default function ({ data }) {
  if (window.clues?.borders || !data) return;
  const coded = JSON.parse(new TextDecoder().decode(data));
  const sea = new Path2D();
  sea.rect(-0.0005, -0.5, 1.001, 2);  // a little wider, so that no seam shows
  const countries = regionsOf(coded.country);
  for (const country of countries) sea.addPath(country.path);
  window.clues = {
    ...window.clues,
    decodeShapes, mercatorX, mercatorY,
    borders: { sea, countries, subdivisions: regionsOf(coded.subdivision) },
  };
  window.dispatchEvent(new Event("clues-borders"));
}
