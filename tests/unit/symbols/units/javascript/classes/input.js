class Shape extends Base {
  static count = 0;
  #secret = new Vault(1);
  onClick = (event) => { this.handle(event); };

  constructor(name) {
    super(name);
    this.name = name;
    this.canvas = new Canvas();
  }

  get area() { return this.#secret.open(); }

  static create(kind) {
    const shape = new Shape(kind);
    shape.draw();
    return shape;
  }

  draw() {
    this.canvas.fill(this.name);
    this.count++;
  }
}

const Circle = class extends shapes.Shape {
  radius() { return new Shape('x').draw(); }
};
