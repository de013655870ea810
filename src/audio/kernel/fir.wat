;; The kernel in WebAssembly: both filters, eight products at a time.
;;
;; It does what the plain kernel in kernel.ts does and gives the same bytes. All products and sums are whole numbers, and the
;; coefficients are such that no sum leaves 32 bits, so the order of adding does not matter.
;;
;; JavaScript fills the tables once, lays past and new bytes into the window, calls `up` or `down`, and takes the
;; result away. Nothing is remembered from call to call.
;;
;; The loops over a filter's taps are written out: calls and counters would cost more than the products.
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
    (local $at i32) (local $to i32) (local $end i32)
    (local $x0 v128) (local $x1 v128) (local $x2 v128) (local $x3 v128)
    (local $p0 v128) (local $p1 v128) (local $p2 v128)
    (call $decode (i32.add (local.get $steps) (i32.const 31)))

    (local.set $at (i32.const 1024))
    (local.set $to (i32.const 12288))
    (local.set $end (i32.add (i32.const 1024) (i32.shl (local.get $steps) (i32.const 1))))
    (loop $step
      ;; 32 samples ...
      (local.set $x0 (v128.load offset=0  (local.get $at)))
      (local.set $x1 (v128.load offset=16 (local.get $at)))
      (local.set $x2 (v128.load offset=32 (local.get $at)))
      (local.set $x3 (v128.load offset=48 (local.get $at)))
      ;; ... times the 32 taps of each phase: four partial sums for every phase.
      (local.set $p0 (i32x4.add
        (i32x4.add (i32x4.dot_i16x8_s (local.get $x0) (v128.load offset=512 (i32.const 0)))
                   (i32x4.dot_i16x8_s (local.get $x1) (v128.load offset=528 (i32.const 0))))
        (i32x4.add (i32x4.dot_i16x8_s (local.get $x2) (v128.load offset=544 (i32.const 0)))
                   (i32x4.dot_i16x8_s (local.get $x3) (v128.load offset=560 (i32.const 0))))))
      (local.set $p1 (i32x4.add
        (i32x4.add (i32x4.dot_i16x8_s (local.get $x0) (v128.load offset=576 (i32.const 0)))
                   (i32x4.dot_i16x8_s (local.get $x1) (v128.load offset=592 (i32.const 0))))
        (i32x4.add (i32x4.dot_i16x8_s (local.get $x2) (v128.load offset=608 (i32.const 0)))
                   (i32x4.dot_i16x8_s (local.get $x3) (v128.load offset=624 (i32.const 0))))))
      (local.set $p2 (i32x4.add
        (i32x4.add (i32x4.dot_i16x8_s (local.get $x0) (v128.load offset=640 (i32.const 0)))
                   (i32x4.dot_i16x8_s (local.get $x1) (v128.load offset=656 (i32.const 0))))
        (i32x4.add (i32x4.dot_i16x8_s (local.get $x2) (v128.load offset=672 (i32.const 0)))
                   (i32x4.dot_i16x8_s (local.get $x3) (v128.load offset=688 (i32.const 0))))))

      ;; The four partial sums of each phase come together, rounded, in one lane each; the fourth lane is spare.
      (local.set $x0 (i32x4.add
        (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $p0) (local.get $p1))
        (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $p0) (local.get $p1))))
      (local.set $x1 (i32x4.add
        (local.get $p2)
        (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $p2) (local.get $p2))))
      (local.set $x2 (i32x4.shr_s
        (i32x4.add
          (i32x4.add
            (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 16 17 18 19 (local.get $x0) (local.get $x1))
            (i8x16.shuffle 8 9 10 11 12 13 14 15 20 21 22 23 20 21 22 23 (local.get $x0) (local.get $x1)))
          (v128.const i32x4 4096 4096 4096 4096))
        (i32.const 13)))
      ;; Narrowing holds each within 16 bits. Four samples are written; the next step overwrites the spare one.
      (v128.store64_lane 0 (local.get $to) (i16x8.narrow_i32x4_s (local.get $x2) (local.get $x2)))

      (local.set $to (i32.add (local.get $to) (i32.const 6)))
      (br_if $step (i32.lt_u
        (local.tee $at (i32.add (local.get $at) (i32.const 2)))
        (local.get $end)))))

  ;; $steps times three samples behind 93 past ones become one code each.
  (func (export "down") (param $steps i32)
    (local $at i32) (local $to i32) (local $end i32) (local $value i32) (local $sum v128)
    (local.set $at (i32.const 4096))
    (local.set $to (i32.const 12288))
    (local.set $end (i32.add (i32.const 12288) (local.get $steps)))
    (loop $step
      (local.set $sum (i32x4.add
        (i32x4.add
          (i32x4.add
            (i32x4.add
              (i32x4.dot_i16x8_s (v128.load offset=0   (local.get $at)) (v128.load offset=704 (i32.const 0)))
              (i32x4.dot_i16x8_s (v128.load offset=16  (local.get $at)) (v128.load offset=720 (i32.const 0))))
            (i32x4.add
              (i32x4.dot_i16x8_s (v128.load offset=32  (local.get $at)) (v128.load offset=736 (i32.const 0)))
              (i32x4.dot_i16x8_s (v128.load offset=48  (local.get $at)) (v128.load offset=752 (i32.const 0)))))
          (i32x4.add
            (i32x4.add
              (i32x4.dot_i16x8_s (v128.load offset=64  (local.get $at)) (v128.load offset=768 (i32.const 0)))
              (i32x4.dot_i16x8_s (v128.load offset=80  (local.get $at)) (v128.load offset=784 (i32.const 0))))
            (i32x4.add
              (i32x4.dot_i16x8_s (v128.load offset=96  (local.get $at)) (v128.load offset=800 (i32.const 0)))
              (i32x4.dot_i16x8_s (v128.load offset=112 (local.get $at)) (v128.load offset=816 (i32.const 0))))))
        (i32x4.add
          (i32x4.add
            (i32x4.dot_i16x8_s (v128.load offset=128 (local.get $at)) (v128.load offset=832 (i32.const 0)))
            (i32x4.dot_i16x8_s (v128.load offset=144 (local.get $at)) (v128.load offset=848 (i32.const 0))))
          (i32x4.add
            (i32x4.dot_i16x8_s (v128.load offset=160 (local.get $at)) (v128.load offset=864 (i32.const 0)))
            (i32x4.dot_i16x8_s (v128.load offset=176 (local.get $at)) (v128.load offset=880 (i32.const 0)))))))

      ;; The four partial sums come together, rounded, held within 16 bits, and become a code.
      (local.set $sum (i32x4.add (local.get $sum)
        (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $sum) (local.get $sum))))
      (local.set $value (i32.shr_s
        (i32.add
          (i32.add (i32x4.extract_lane 0 (local.get $sum)) (i32x4.extract_lane 1 (local.get $sum)))
          (i32.const 16384))
        (i32.const 15)))
      (local.set $value (select
        (i32.const 32767) (local.get $value)
        (i32.gt_s (local.get $value) (i32.const 32767))))
      (local.set $value (select
        (i32.const -32768) (local.get $value)
        (i32.lt_s (local.get $value) (i32.const -32768))))
      (i32.store8 (local.get $to) (i32.load8_u offset=65536 (i32.and (local.get $value) (i32.const 0xffff))))

      (local.set $at (i32.add (local.get $at) (i32.const 6)))
      (br_if $step (i32.lt_u
        (local.tee $to (i32.add (local.get $to) (i32.const 1)))
        (local.get $end)))))

  ;; The first $count codes of the window, as samples.
  (func $decode (param $count i32)
    (local $at i32)
    (loop $code
      (i32.store16 offset=1024
        (i32.shl (local.get $at) (i32.const 1))
        (i32.load16_u (i32.shl (i32.load8_u offset=4096 (local.get $at)) (i32.const 1))))
      (br_if $code (i32.lt_u
        (local.tee $at (i32.add (local.get $at) (i32.const 1)))
        (local.get $count))))))
