/** What we use of libfvad (WebRTC's voice activity detector) compiled to WebAssembly. */
declare module '@echogarden/fvad-wasm' {
  interface FvadModule {
    HEAP16: Int16Array;
    _malloc(bytes: number): number;
    _free(address: number): void;
    _fvad_new(): number;
    _fvad_free(detector: number): void;
    /** 0 on success; the mode is 0 (most speech) to 3 (least). */
    _fvad_set_mode(detector: number, mode: number): number;
    _fvad_set_sample_rate(detector: number, hertz: number): number;
    /** 1 speech, 0 none, -1 a wrong frame length. */
    _fvad_process(detector: number, address: number, samples: number): number;
  }
  export default function load(): Promise<FvadModule>;
}
