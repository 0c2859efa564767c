// A cloud of points that turns: WebGL where there is some, otherwise drawn point by point on a plain canvas.
"use strict";

const VERTEX = `attribute vec3 place; attribute vec3 color; uniform mat4 view; uniform float size; varying vec3 shade;
void main() { gl_Position = view * vec4(place, 1.0); gl_PointSize = max(1.5, size / gl_Position.w); shade = color; }`;
const FRAGMENT = `precision mediump float; varying vec3 shade;
void main() { gl_FragColor = vec4(shade, 1.0); }`;

/** Column-major product of two 4x4 matrices. */
function product(a, b) {
  const out = new Float32Array(16);
  for (let column = 0; column < 4; column++)
    for (let row = 0; row < 4; row++)
      for (let k = 0; k < 4; k++) out[4 * column + row] += a[4 * k + row] * b[4 * column + k];
  return out;
}

/** The camera that all views share: it circles around a point, z up. */
class Orbit {
  constructor(radius) {
    this.home = { turn: -0.9, tilt: 0.75, distance: 2 * radius, pan: [0, 0, 0] };
    this.radius = radius;
    this.reset();
  }
  reset() { Object.assign(this, this.home, { pan: [0, 0, 0] }); }
  /** Right, up and backward axes of the camera. */
  axes() {
    const [st, ct, sp, cp] = [Math.sin(this.turn), Math.cos(this.turn), Math.sin(this.tilt), Math.cos(this.tilt)];
    return [[-st, ct, 0], [-sp * ct, -sp * st, cp], [cp * ct, cp * st, sp]];
  }
  matrix(aspect) {
    const [right, up, back] = this.axes();
    const eye = [0, 1, 2].map((k) => this.pan[k] + this.distance * back[k]);
    const dot = (a) => a[0] * eye[0] + a[1] * eye[1] + a[2] * eye[2];
    const pose = new Float32Array([
      right[0], up[0], back[0], 0, right[1], up[1], back[1], 0, right[2], up[2], back[2], 0,
      -dot(right), -dot(up), -dot(back), 1,
    ]);
    const near = this.radius / 200, far = this.distance + 6 * this.radius, focal = 1.7;
    const lens = new Float32Array([
      focal / aspect, 0, 0, 0, 0, focal, 0, 0, 0, 0, (far + near) / (near - far), -1, 0, 0, (2 * far * near) / (near - far), 0,
    ]);
    return product(lens, pose);
  }
}

/** Draws with the graphics card. */
class CardView {
  constructor(canvas, gl, places) {
    this.canvas = canvas; this.gl = gl; this.count = places.length / 3;
    const program = gl.createProgram();
    for (const [kind, text] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, text);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    gl.useProgram(program);
    const attribute = (name, kind, normal, data) => {
      const buffer = gl.createBuffer(), at = gl.getAttribLocation(program, name);
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      if (data) gl.bufferData(gl.ARRAY_BUFFER, data, gl.STATIC_DRAW);
      gl.enableVertexAttribArray(at);
      gl.vertexAttribPointer(at, 3, kind, normal, 0, 0);
      return buffer;
    };
    attribute("place", gl.FLOAT, false, places);
    this.colors = attribute("color", gl.UNSIGNED_BYTE, true, null);
    this.view = gl.getUniformLocation(program, "view");
    this.size = gl.getUniformLocation(program, "size");
    gl.enable(gl.DEPTH_TEST);
    gl.clearColor(0.07, 0.086, 0.11, 1);
  }
  paint(colors) {
    this.gl.bindBuffer(this.gl.ARRAY_BUFFER, this.colors);
    this.gl.bufferData(this.gl.ARRAY_BUFFER, colors, this.gl.STATIC_DRAW);
  }
  draw(orbit, spacing) {
    const { gl, canvas } = this;
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.uniformMatrix4fv(this.view, false, orbit.matrix(canvas.width / canvas.height));
    gl.uniform1f(this.size, 1.15 * spacing * canvas.height);
    gl.drawArrays(gl.POINTS, 0, this.count);
  }
}

/** Draws without: one pixel or a small square a point, nearest wins. */
class PlainView {
  constructor(canvas, places) {
    this.canvas = canvas; this.places = places; this.context = canvas.getContext("2d");
  }
  paint(colors) { this.colors = colors; }
  draw(orbit, spacing) {
    const { canvas, context, places, colors } = this;
    const { width, height } = canvas, m = orbit.matrix(width / height);
    const image = context.createImageData(width, height), pixels = new Uint32Array(image.data.buffer);
    const depth = new Float32Array(width * height).fill(Infinity);
    pixels.fill(0xff1c1612);
    for (let at = 0; at < places.length; at += 3) {
      const [x, y, z] = [places[at], places[at + 1], places[at + 2]];
      const w = m[3] * x + m[7] * y + m[11] * z + m[15];
      if (w <= 0) continue;
      const column = Math.round((0.5 + 0.5 * (m[0] * x + m[4] * y + m[8] * z + m[12]) / w) * width);
      const row = Math.round((0.5 - 0.5 * (m[1] * x + m[5] * y + m[9] * z + m[13]) / w) * height);
      const reach = Math.min(6, Math.max(0, Math.round((0.55 * spacing * height) / w)));
      const color = 0xff000000 | (colors[at + 2] << 16) | (colors[at + 1] << 8) | colors[at];
      for (let v = Math.max(0, row - reach); v <= Math.min(height - 1, row + reach); v++)
        for (let u = Math.max(0, column - reach); u <= Math.min(width - 1, column + reach); u++)
          if (w < depth[v * width + u]) { depth[v * width + u] = w; pixels[v * width + u] = color; }
    }
    context.putImageData(image, 0, 0);
  }
}

/** Several canvases with one camera. `places` are (3 N) metres about their centre, `colors` a (3 N) array a canvas. */
class Views {
  constructor(canvases, places, colors, spacing) {
    const far = new Float32Array(places.length / 3);
    for (let at = 0; at < places.length; at += 3) far[at / 3] = Math.hypot(places[at], places[at + 1], places[at + 2]);
    far.sort();
    this.orbit = new Orbit(far[Math.floor(0.95 * (far.length - 1))] || 1);
    this.spacing = spacing;
    const plain = new URLSearchParams(location.search).has("plain");
    this.views = canvases.map((canvas, number) => {
      const gl = plain ? null : canvas.getContext("webgl", { antialias: true, preserveDrawingBuffer: true });
      const view = gl ? new CardView(canvas, gl, places) : new PlainView(canvas, places);
      view.paint(colors[number]);
      this.listen(canvas);
      return view;
    });
    this.kind = this.views[0] instanceof CardView ? "webgl" : "canvas";
    addEventListener("resize", () => this.ask());
    this.ask();
  }
  ask() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => { this.waiting = false; this.draw(); });
  }
  draw() {
    const most = this.kind === "webgl" ? devicePixelRatio : 1;
    for (const view of this.views) {
      const { canvas } = view;
      canvas.width = Math.max(1, Math.round(canvas.clientWidth * most));
      canvas.height = Math.max(1, Math.round(canvas.clientHeight * most));
      view.draw(this.orbit, this.spacing);
    }
  }
  paint(number, colors) { this.views[number].paint(colors); this.ask(); }
  reset() { this.orbit.reset(); this.ask(); }
  spin(on) {
    this.spinning = on;
    const step = () => {
      if (!this.spinning) return;
      this.orbit.turn += 0.006;
      this.draw();
      requestAnimationFrame(step);
    };
    if (on) requestAnimationFrame(step);
  }
  listen(canvas) {
    const orbit = this.orbit;
    canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
    canvas.addEventListener("pointermove", (event) => {
      if (!event.buttons) return;
      if (event.shiftKey || event.buttons & 6) {
        const [right, up] = orbit.axes(), scale = orbit.distance / canvas.clientHeight / 1.7 * 2;
        for (let k = 0; k < 3; k++) orbit.pan[k] += scale * (event.movementY * up[k] - event.movementX * right[k]);
      } else {
        orbit.turn -= 0.008 * event.movementX;
        orbit.tilt = Math.min(1.55, Math.max(-1.55, orbit.tilt + 0.008 * event.movementY));
      }
      this.ask();
    });
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      orbit.distance = Math.min(12 * orbit.radius, Math.max(0.05 * orbit.radius, orbit.distance * Math.exp(event.deltaY / 700)));
      this.ask();
    }, { passive: false });
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  }
}
