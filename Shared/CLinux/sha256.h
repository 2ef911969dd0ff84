// SHA-256's rounds (FIPS 180-4 6.2.2) by the processor's own instructions: Swift cannot import them.
// Contracts/SHA256.swift holds the same in plain Swift and a test wants both equal.
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)

typedef uint32_t accord_words __attribute__((vector_size(16)));
typedef int accord_signed __attribute__((vector_size(16)));
typedef unsigned char accord_octets __attribute__((vector_size(16)));

// SHA is bit 29 of EBX of leaf 7 (Intel 64 and IA-32 Architectures Software Developer's Manual, CPUID).
static inline int accord_sha256_supported(void) {
  uint32_t a = 0, b, c = 0, d;
  __asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  if (a < 7) return 0;
  a = 7, c = 0;
  __asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  return (b >> 29 & 1) != 0 && __builtin_cpu_supports("sse4.1");
}

// `state` is a to h; `k` the 64 constants; `blocks` are `count` blocks of 64 bytes.
__attribute__((target("sha,sse4.1")))
static inline void accord_sha256(uint32_t *state, const uint32_t *k, const void *blocks, size_t count) {
  const unsigned char *next = (const unsigned char *)blocks;
  accord_words low, high, weights[4];
  memcpy(&low, state, 16);
  memcpy(&high, state + 4, 16);
  // The instruction wants f e b a and h g d c, lowest lane first.
  accord_words abef = __builtin_shufflevector(low, high, 5, 4, 1, 0);
  accord_words cdgh = __builtin_shufflevector(low, high, 7, 6, 3, 2);
  for (; count > 0; count--, next += 64) {
    accord_words before0 = abef, before1 = cdgh;
#pragma clang loop unroll(full)
    for (int step = 0; step < 16; step++) {
      accord_words w;
      if (step < 4) {
        accord_octets read;
        memcpy(&read, next + 16 * step, 16);
        w = (accord_words)__builtin_shufflevector(read, read, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
      } else {
        // The words 16, 12, 8 and 4 before, four at a time; those 7 before lie across the last two.
        accord_words w16 = weights[step & 3], w12 = weights[(step + 1) & 3], w8 = weights[(step + 2) & 3], w4 = weights[(step + 3) & 3];
        w = (accord_words)__builtin_ia32_sha256msg1((accord_signed)w16, (accord_signed)w12);
        w += __builtin_shufflevector(w8, w4, 1, 2, 3, 4);
        w = (accord_words)__builtin_ia32_sha256msg2((accord_signed)w, (accord_signed)w4);
      }
      weights[step & 3] = w;
      accord_words constants;
      memcpy(&constants, k + 4 * step, 16);
      accord_words sum = w + constants;
      cdgh = (accord_words)__builtin_ia32_sha256rnds2((accord_signed)cdgh, (accord_signed)abef, (accord_signed)sum);
      sum = __builtin_shufflevector(sum, sum, 2, 3, 2, 3);
      abef = (accord_words)__builtin_ia32_sha256rnds2((accord_signed)abef, (accord_signed)cdgh, (accord_signed)sum);
    }
    abef += before0;
    cdgh += before1;
  }
  low = __builtin_shufflevector(abef, cdgh, 3, 2, 7, 6);
  high = __builtin_shufflevector(abef, cdgh, 1, 0, 5, 4);
  memcpy(state, &low, 16);
  memcpy(state + 4, &high, 16);
}

#else

static inline int accord_sha256_supported(void) { return 0; }
static inline void accord_sha256(uint32_t *state, const uint32_t *k, const void *blocks, size_t count) {
  (void)state; (void)k; (void)blocks; (void)count;
}

#endif
