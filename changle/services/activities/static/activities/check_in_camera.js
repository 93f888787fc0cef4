/* Reads codes from the camera: by the browser's own reader where there is one, else by ours. */
window.DoorCamera = (() => {
  "use strict";
  const SIDE = 720; // px of the longer side that is looked at
  const PAUSE = 120; // ms between two looks

  async function reader(address) {
    if ("BarcodeDetector" in window) {
      try {
        const formats = await BarcodeDetector.getSupportedFormats();
        if (formats.includes("qr_code")) {
          const own = new BarcodeDetector({ formats: ["qr_code"] });
          return async (canvas) => (await own.detect(canvas))[0]?.rawValue ?? "";
        }
      } catch { /* named, but not there */ }
    }
    const { decodeQR } = await import(address);
    return async (canvas, brush) => {
      const { width, height } = canvas;
      try {
        return decodeQR({ width, height, data: brush.getImageData(0, 0, width, height).data });
      } catch { return ""; } // no code in sight
    };
  }

  function words(error) {
    if (!window.isSecureContext) return "浏览器只在 https 网址下允许使用摄像头，请输入签到码。";
    if (error?.name === "NotAllowedError") return "没有摄像头权限：请在浏览器设置中允许，或输入签到码。";
    if (error?.name === "NotFoundError") return "这台设备没有摄像头，请输入签到码。";
    return "摄像头打不开，请输入签到码。";
  }

  function make(video, address, found) {
    let stream = null;
    let awake = null;
    const canvas = document.createElement("canvas");
    const brush = canvas.getContext("2d", { willReadFrequently: true });

    async function look(read, mine) {
      while (stream === mine) {
        const { videoWidth: wide, videoHeight: high } = video;
        if (wide && !document.hidden) {
          const scale = Math.min(1, SIDE / Math.max(wide, high));
          canvas.width = Math.round(wide * scale);
          canvas.height = Math.round(high * scale);
          brush.drawImage(video, 0, 0, canvas.width, canvas.height);
          const text = await read(canvas, brush).catch(() => "");
          if (text && stream === mine) await found(text);
        }
        await new Promise((done) => setTimeout(done, PAUSE));
      }
    }

    async function start() {
      try {
        const mine = await navigator.mediaDevices.getUserMedia({
          audio: false, video: { facingMode: "environment", width: { ideal: 1280 } },
        });
        stream = mine;
        video.srcObject = mine;
        await video.play();
        awake = await navigator.wakeLock?.request("screen").catch(() => null);
        look(await reader(address), mine);
        return "";
      } catch (error) {
        stop();
        return words(error);
      }
    }

    function stop() {
      stream?.getTracks().forEach((track) => track.stop());
      stream = null;
      video.srcObject = null;
      awake?.release().catch(() => null);
      awake = null;
    }
    return { start, stop, on: () => stream !== null };
  }
  return { make };
})();
