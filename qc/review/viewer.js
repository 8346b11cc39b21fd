// Shows the volume of the item with its masks; verdicts and keys work without it.
const canvas = document.querySelector("#viewer");
const under = document.querySelector("#under");
const all = document.querySelector("#all");
const scene = JSON.parse(canvas.dataset.scene);
const hex = (colour, at) => parseInt(colour.slice(at, at + 2), 16);
const colours = (everything) => { // values that nobody named, above the last one too, are not shown
  const last = Math.max(0, ...scene.table.map(([label]) => label));
  const rows = [[0, "#000000", 0], ...scene.table, [last + 1, "#000000", 0]];
  return {
    I: rows.map(([label]) => label),
    R: rows.map(([, colour]) => hex(colour, 1)),
    G: rows.map(([, colour]) => hex(colour, 3)),
    B: rows.map(([, colour]) => hex(colour, 5)),
    A: rows.map(([label, , asked]) => (label <= last && label && (asked || everything) ? 255 : 0)),
  };
};

const told = (place) => {
  const millimetres = [...place.mm].slice(0, 3).map((mm) => mm.toFixed(0)).join(", ");
  const label = Math.round(place.values.at(-1).value);
  const name = scene.table.find((row) => row[0] === label)?.[3];
  const hu = scene.volume ? ` · ${Math.round(place.values[0].value)} HU` : "";
  return `${millimetres} mm${hu}${name ? ` · ${name}` : ""}`;
};

async function show() {
  const viewer = new niivue.Niivue({
    isRadiologicalConvention: true, dragAndDropEnabled: false, logLevel: "silent", loadingText: "",
    crosshairColor: [1, 0.8, 0.2, 0.9], crosshairWidth: 0.6, crosshairWidthUnit: "mm", crosshairGap: 6, isResizeCanvas: true, show3Dcrosshair: true,
    multiplanarShowRender: niivue.SHOW_RENDER.NEVER, multiplanarLayout: niivue.MULTIPLANAR_TYPE.GRID,
  });
  viewer.keyDownListener = viewer.keyUpListener = () => {}; // the keys are those of the verdicts
  viewer.onLocationChange = (place) => { under.textContent = told(place); };
  await viewer.attachToCanvas(canvas);
  const [black, white] = scene.window;
  const files = scene.volume ? [{ url: canvas.dataset.volume, cal_min: black, cal_max: white }] : [];
  files.push({ url: canvas.dataset.mask, opacity: scene.volume ? 0.5 : 1 });
  const volumes = await Promise.all(files.map((file) => niivue.NVImage.loadFromUrl(file)));
  const masks = volumes.at(-1);
  const choose = () => {
    const everything = all.getAttribute("aria-pressed") === "true" || !scene.table.some((row) => row[2]);
    masks.setColormapLabel(colours(everything));
  };
  choose();
  // all at once: loadVolumes would send every volume to the GPU again for each that is added
  [viewer.volumes, viewer.back, viewer.overlays] = [volumes, volumes[0], volumes.slice(1)];
  viewer.updateGLVolume();
  const look = () => {
    if (scene.at) viewer.scene.crosshairPos = viewer.mm2frac(scene.at);
    viewer.drawScene();
    viewer.createOnLocationChange();
  };
  all.addEventListener("click", () => {
    all.setAttribute("aria-pressed", String(all.getAttribute("aria-pressed") !== "true"));
    choose();
    viewer.refreshLayers(masks, volumes.length - 1);
    viewer.drawScene();
  });
  document.querySelector("#back").addEventListener("click", look);
  viewer.setSliceType(viewer.sliceTypeMultiplanar);
  look();
  globalThis.viewer = viewer;
  canvas.dataset.state = "shown";
}

async function reason(problem) {
  for (const url of [canvas.dataset.mask, scene.volume && canvas.dataset.volume].filter(Boolean)) {
    const answer = await fetch(url, { cache: "no-store" }).catch(() => null);
    if (answer && !answer.ok) return answer.text();
  }
  return problem instanceof Error ? problem.message : String(problem);
}

show().catch(async (problem) => {
  under.textContent = `Not shown: ${await reason(problem)}`;
  canvas.dataset.state = "failed";
});
