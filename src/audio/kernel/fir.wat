;; The kernel in WebAssembly: both filters, eight products at a time.
;;
;; It does what plain-kernel.ts does and gives the same bytes. All products and sums are whole numbers, and the
;; coefficients are such that no sum leaves 32 bits, so the order of adding does not matter.
;;
;; JavaScript fills the tables once, lays past and new bytes into the window, calls `up` or `down`, and takes the
;; result away. Nothing is remembered from call to call.
(module
  (memory (export "memory") 2)

  ;; Where things lie. The taps stand last one first, because the window has its oldest sample first.
  (global $decoded  (export "decoded")  i32 (i32.const 0))      ;; 256 x i16: a quarter of each code's sample
  (global $upTaps   (export "upTaps")   i32 (i32.const 512))    ;; 3 phases of 32 x i16
  (global $downTaps (export "downTaps") i32 (i32.const 704))    ;; 96 x i16
  (global $line                         i32 (i32.const 1024))   ;; the window decoded: 831 x i16
  (global $window   (export "window")   i32 (i32.const 4096))   ;; 31 + 800 codes, or 93 + 2400 x i16
  (global $result   (export "result")   i32 (i32.const 12288))  ;; 2400 x i16, or 800 codes
  (global $encoded  (export "encoded")  i32 (i32.const 65536))  ;; 65536 codes, by the sample's bits

  ;; $steps codes behind 31 past ones become three samples each.
  (func (export "up") (param $steps i32)
    (local $at i32) (local $to i32) (local $end i32) (local $taps i32)
    (call $decode (i32.add (local.get $steps) (i32.const 31)))

    (local.set $at (global.get $line))
    (local.set $to (global.get $result))
    (local.set $end (i32.add (global.get $line) (i32.shl (local.get $steps) (i32.const 1))))
    (loop $step
      (local.set $taps (global.get $upTaps))
      (loop $phase
        (i32.store16 (local.get $to)
          (call $rounded (call $dot (local.get $at) (local.get $taps) (i32.const 64)) (i32.const 13)))
        (local.set $to (i32.add (local.get $to) (i32.const 2)))
        (br_if $phase (i32.lt_u
          (local.tee $taps (i32.add (local.get $taps) (i32.const 64)))
          (global.get $downTaps))))
      (br_if $step (i32.lt_u
        (local.tee $at (i32.add (local.get $at) (i32.const 2)))
        (local.get $end)))))

  ;; $steps times three samples behind 93 past ones become one code each.
  (func (export "down") (param $steps i32)
    (local $at i32) (local $to i32) (local $end i32)
    (local.set $at (global.get $window))
    (local.set $to (global.get $result))
    (local.set $end (i32.add (global.get $result) (local.get $steps)))
    (loop $step
      (i32.store8 (local.get $to) (i32.load8_u (i32.add (global.get $encoded) (i32.and
        (call $rounded (call $dot (local.get $at) (global.get $downTaps) (i32.const 192)) (i32.const 15))
        (i32.const 0xffff)))))
      (local.set $at (i32.add (local.get $at) (i32.const 6)))
      (br_if $step (i32.lt_u
        (local.tee $to (i32.add (local.get $to) (i32.const 1)))
        (local.get $end)))))

  ;; The first $count codes of the window, as samples.
  (func $decode (param $count i32)
    (local $at i32)
    (loop $code
      (i32.store16
        (i32.add (global.get $line) (i32.shl (local.get $at) (i32.const 1)))
        (i32.load16_u (i32.shl
          (i32.load8_u (i32.add (global.get $window) (local.get $at)))
          (i32.const 1))))
      (br_if $code (i32.lt_u
        (local.tee $at (i32.add (local.get $at) (i32.const 1)))
        (local.get $count)))))

  ;; The sum of samples times taps, both $bytes long: 64 for a phase of 32 taps, 192 for all 96.
  (func $dot (param $samples i32) (param $taps i32) (param $bytes i32) (result i32)
    (local $sum v128) (local $end i32)
    (local.set $end (i32.add (local.get $taps) (local.get $bytes)))
    (loop $eight
      (local.set $sum (i32x4.add (local.get $sum) (i32x4.dot_i16x8_s
        (v128.load (local.get $samples))
        (v128.load (local.get $taps)))))
      (local.set $samples (i32.add (local.get $samples) (i32.const 16)))
      (br_if $eight (i32.lt_u
        (local.tee $taps (i32.add (local.get $taps) (i32.const 16)))
        (local.get $end))))
    (i32.add
      (i32.add (i32x4.extract_lane 0 (local.get $sum)) (i32x4.extract_lane 1 (local.get $sum)))
      (i32.add (i32x4.extract_lane 2 (local.get $sum)) (i32x4.extract_lane 3 (local.get $sum)))))

  ;; $sum / 2^$bits, rounded, and held within 16 bits.
  (func $rounded (param $sum i32) (param $bits i32) (result i32)
    (local $value i32)
    (local.set $value (i32.shr_s
      (i32.add (local.get $sum) (i32.shl (i32.const 1) (i32.sub (local.get $bits) (i32.const 1))))
      (local.get $bits)))
    (local.set $value (select
      (i32.const 32767) (local.get $value)
      (i32.gt_s (local.get $value) (i32.const 32767))))
    (select
      (i32.const -32768) (local.get $value)
      (i32.lt_s (local.get $value) (i32.const -32768)))))
