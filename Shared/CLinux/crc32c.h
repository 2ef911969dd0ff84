// CRC-32C (Castagnoli, RFC 3720 B.4) by the processor's own instruction: Swift cannot import the intrinsic, which is a macro.
// Journal/Checksum.swift holds the same sum in plain Swift and a test wants both equal.
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)

static inline int accord_crc32c_supported(void) { return __builtin_cpu_supports("sse4.2"); }

__attribute__((target("sse4.2")))
static inline uint32_t accord_crc32c(uint32_t crc, const void *bytes, size_t count) {
  const unsigned char *next = (const unsigned char *)bytes;
  uint64_t sum = crc;
  for (; count >= 8; count -= 8, next += 8) {
    uint64_t word;
    memcpy(&word, next, 8);
    sum = __builtin_ia32_crc32di(sum, word);
  }
  for (; count > 0; count--, next++) sum = __builtin_ia32_crc32qi((uint32_t)sum, *next);
  return (uint32_t)sum;
}

#else

static inline int accord_crc32c_supported(void) { return 0; }
static inline uint32_t accord_crc32c(uint32_t crc, const void *bytes, size_t count) { (void)bytes; (void)count; return crc; }

#endif
