/** Byte order, memory and strings, numbers in text, sorting: include/linux/{byteorder,string,ctype,kstrtox,sort}.h. */
export const STRINGS = String.raw`
#define swab16(x) ((u16)((((u16)(x) & 0xff) << 8) | ((u16)(x) >> 8)))
#define swab32(x) ({ u32 __sw = (x); (u32)((__sw << 24) | ((__sw & 0xff00) << 8) | ((__sw >> 8) & 0xff00) | (__sw >> 24)); })
#define swab64(x) ({ u64 __sq = (x); ((u64)swab32((u32)__sq) << 32) | swab32((u32)(__sq >> 32)); })
#define cpu_to_le16(x) ((__le16)(x))
#define cpu_to_le32(x) ((__le32)(x))
#define cpu_to_le64(x) ((__le64)(x))
#define le16_to_cpu(x) ((u16)(x))
#define le32_to_cpu(x) ((u32)(x))
#define le64_to_cpu(x) ((u64)(x))
#define le16_to_cpup(p) (*(p))
#define le32_to_cpup(p) (*(p))
#define le64_to_cpup(p) (*(p))
#define cpu_to_be16(x) swab16(x)
#define cpu_to_be32(x) swab32(x)
#define cpu_to_be64(x) swab64(x)
#define be16_to_cpu(x) swab16(x)
#define be32_to_cpu(x) swab32(x)
#define be64_to_cpu(x) swab64(x)
#define htons(x) swab16(x)
#define htonl(x) swab32(x)
#define ntohs(x) swab16(x)
#define ntohl(x) swab32(x)
#define __get_un(t, p) ({ t __gu; memcpy(&__gu, p, sizeof(t)); __gu; })
#define __put_un(t, v, p) do { t __pu = (v); memcpy(p, &__pu, sizeof(t)); } while (0)
#define get_unaligned(p) __get_un(typeof(*(p)), p)
#define put_unaligned(v, p) __put_un(typeof(*(p)), v, p)
#define get_unaligned_le16(p) __get_un(u16, p)
#define get_unaligned_le32(p) __get_un(u32, p)
#define get_unaligned_le64(p) __get_un(u64, p)
#define get_unaligned_be16(p) swab16(__get_un(u16, p))
#define get_unaligned_be32(p) swab32(__get_un(u32, p))
#define get_unaligned_be64(p) swab64(__get_un(u64, p))
#define put_unaligned_le16(v, p) __put_un(u16, v, p)
#define put_unaligned_le32(v, p) __put_un(u32, v, p)
#define put_unaligned_le64(v, p) __put_un(u64, v, p)
#define put_unaligned_be16(v, p) __put_un(u16, swab16(v), p)
#define put_unaligned_be32(v, p) __put_un(u32, swab32(v), p)
#define put_unaligned_be64(v, p) __put_un(u64, swab64(v), p)
#define array_index_nospec(i, n) (i)

void *memcpy(void *d, const void *s, size_t n); void *memmove(void *d, const void *s, size_t n); void *memset(void *d, int c, size_t n); int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s); int strcmp(const char *a, const char *b); int strncmp(const char *a, const char *b, size_t n);
void *__pinscope_alloc(const char *name, size_t n, gfp_t f, int zero); void kfree(const void *p); void __pinscope_warn(const char *text);
#define __memcpy(d, s, n) memcpy(d, s, n)
#define unsafe_memcpy(d, s, n, w...) memcpy(d, s, n)
#define memzero_explicit(p, n) memset(p, 0, n)
static inline void *memset16(u16 *p, u16 v, size_t n) { size_t i; for (i = 0; i < n; i++) p[i] = v; return p; }
static inline void *memset32(u32 *p, u32 v, size_t n) { size_t i; for (i = 0; i < n; i++) p[i] = v; return p; }
static inline void *memset64(u64 *p, u64 v, size_t n) { size_t i; for (i = 0; i < n; i++) p[i] = v; return p; }
static inline void *memchr(const void *p, int c, size_t n) { const unsigned char *s = p; while (n--) { if (*s == (unsigned char)c) return (void *)s; s++; } return NULL; }
static inline void *memchr_inv(const void *p, int c, size_t n) { const unsigned char *s = p; while (n--) { if (*s != (unsigned char)c) return (void *)s; s++; } return NULL; }
static inline void *memscan(void *p, int c, size_t n) { unsigned char *s = p; while (n-- && *s != (unsigned char)c) s++; return s; }
static inline size_t strnlen(const char *s, size_t n) { size_t i = 0; while (i < n && s[i]) i++; return i; }
static inline char *strcpy(char *d, const char *s) { char *r = d; while ((*d++ = *s++)) ; return r; }
static inline char *strncpy(char *d, const char *s, size_t n) { size_t i = 0; for (; i < n && s[i]; i++) d[i] = s[i]; for (; i < n; i++) d[i] = 0; return d; }
static inline size_t strlcpy(char *d, const char *s, size_t n) { size_t l = strlen(s); if (n) { size_t k = l >= n ? n - 1 : l; memcpy(d, s, k); d[k] = 0; } return l; }
static inline ssize_t __strscpy(char *d, const char *s, size_t n) { size_t i; if (!n) return -E2BIG; for (i = 0; i < n - 1; i++) { d[i] = s[i]; if (!s[i]) return i; } d[i] = 0; return s[i] ? -E2BIG : (ssize_t)i; }
#define __strscpy2(d, s) __strscpy(d, s, sizeof(d))
#define __strscpy3(d, s, n) __strscpy(d, s, n)
#define __strscpy_pick(a, b, c, f, ...) f
#define strscpy(...) __strscpy_pick(__VA_ARGS__, __strscpy3, __strscpy2, x)(__VA_ARGS__)
#define strscpy_pad(...) strscpy(__VA_ARGS__)
static inline char *strcat(char *d, const char *s) { strcpy(d + strlen(d), s); return d; }
static inline char *strncat(char *d, const char *s, size_t n) { char *p = d + strlen(d); while (n-- && *s) *p++ = *s++; *p = 0; return d; }
static inline size_t strlcat(char *d, const char *s, size_t n) { size_t l = strlen(d); return l + strlcpy(d + l, s, n - l); }
static inline int tolower(int c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; }
static inline int toupper(int c) { return c >= 'a' && c <= 'z' ? c - 32 : c; }
static inline int isdigit(int c) { return c >= '0' && c <= '9'; }
static inline int isspace(int c) { return c == ' ' || (c >= 9 && c <= 13); }
static inline int isalpha(int c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; }
static inline int isalnum(int c) { return isalpha(c) || isdigit(c); }
static inline int isxdigit(int c) { return isdigit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f'); }
static inline int isprint(int c) { return c >= 32 && c < 127; }
static inline int isupper(int c) { return c >= 'A' && c <= 'Z'; }
static inline int islower(int c) { return c >= 'a' && c <= 'z'; }
static inline int hex_to_bin(unsigned char c) { return isdigit(c) ? c - '0' : isxdigit(c) ? (c | 32) - 'a' + 10 : -1; }
static inline int strcasecmp(const char *a, const char *b) { while (*a && tolower(*a) == tolower(*b)) a++, b++; return tolower(*a) - tolower(*b); }
static inline int strncasecmp(const char *a, const char *b, size_t n) { while (n && *a && tolower(*a) == tolower(*b)) a++, b++, n--; return n ? tolower(*a) - tolower(*b) : 0; }
static inline char *strchr(const char *s, int c) { for (;; s++) { if (*s == (char)c) return (char *)s; if (!*s) return NULL; } }
static inline char *strrchr(const char *s, int c) { const char *r = NULL; for (;; s++) { if (*s == (char)c) r = s; if (!*s) return (char *)r; } }
static inline char *strstr(const char *s, const char *t) { size_t n = strlen(t); for (; strlen(s) >= n; s++) { if (!memcmp(s, t, n)) return (char *)s; if (!*s) break; } return NULL; }
static inline char *strnstr(const char *s, const char *t, size_t len) { size_t n = strlen(t), i; for (i = 0; i + n <= len; i++) if (!memcmp(s + i, t, n)) return (char *)s + i; return NULL; }
static inline char *strsep(char **s, const char *ct) { char *b = *s, *e; if (!b) return NULL; for (e = b; *e; e++) if (strchr(ct, *e)) { *e = 0; *s = e + 1; return b; } *s = NULL; return b; }
static inline char *skip_spaces(const char *s) { while (isspace(*s)) s++; return (char *)s; }
static inline char *strim(char *s) { size_t n = strlen(s); while (n && isspace(s[n - 1])) s[--n] = 0; return skip_spaces(s); }
#define strstrip(s) strim(s)
static inline bool sysfs_streq(const char *a, const char *b) { while (*a && *a == *b) a++, b++; if (*a == *b) return true; if (!*a && *b == '\n' && !b[1]) return true; return *a == '\n' && !a[1] && !*b; }
static inline int match_string(const char *const *a, size_t n, const char *s) { size_t i; for (i = 0; i < n && a[i]; i++) if (!strcmp(a[i], s)) return i; return -EINVAL; }
static inline bool str_has_prefix(const char *s, const char *p) { return !strncmp(s, p, strlen(p)); }
static inline int __pinscope_number(const char *s, unsigned int base, u64 *out, bool *neg) { u64 v = 0; int any = 0; *neg = false; if (*s == '+' || *s == '-') *neg = *s++ == '-'; if (base == 0) { if (*s == '0' && (s[1] | 32) == 'x') base = 16; else base = *s == '0' ? 8 : 10; } if (base == 16 && *s == '0' && (s[1] | 32) == 'x') s += 2; for (; *s; s++) { int d = hex_to_bin(*s); if (d < 0 || d >= (int)base) break; v = v * base + d; any = 1; } if (*s == '\n') s++; *out = v; return any && !*s ? 0 : -EINVAL; }
#define __KSTRTO(N, T) static inline int N(const char *s, unsigned int base, T *r) { u64 v; bool neg; int e = __pinscope_number(s, base, &v, &neg); if (e) return e; if (neg && (T)-1 > 0) return -EINVAL; if ((T)-1 > 0 ? (u64)(T)v != v : v > ((u64)1 << (sizeof(T) * 8 - 1)) - !neg) return -ERANGE; *r = neg ? (T)-v : (T)v; return 0; }
__KSTRTO(kstrtoint, int) __KSTRTO(kstrtouint, unsigned int) __KSTRTO(kstrtol, long) __KSTRTO(kstrtoul, unsigned long) __KSTRTO(kstrtoll, long long) __KSTRTO(kstrtoull, unsigned long long) __KSTRTO(kstrtou8, u8) __KSTRTO(kstrtou16, u16) __KSTRTO(kstrtou32, u32) __KSTRTO(kstrtou64, u64)
static inline int kstrtobool(const char *s, bool *r) { if (*s == 'y' || *s == 'Y' || *s == '1' || *s == 't') { *r = true; return 0; } if (*s == 'n' || *s == 'N' || *s == '0' || *s == 'f') { *r = false; return 0; } return -EINVAL; }
static inline unsigned long simple_strtoul(const char *s, char **e, unsigned int base) { unsigned long v = 0; if (base == 0) base = *s == '0' ? ((s[1] | 32) == 'x' ? 16 : 8) : 10; if (base == 16 && *s == '0' && (s[1] | 32) == 'x') s += 2; for (;; s++) { int d = hex_to_bin(*s); if (d < 0 || d >= (int)base) break; v = v * base + d; } if (e) *e = (char *)s; return v; }
#define simple_strtoull(s, e, b) ((u64)simple_strtoul(s, e, b))
static inline long simple_strtol(const char *s, char **e, unsigned int b) { return *s == '-' ? -(long)simple_strtoul(s + 1, e, b) : (long)simple_strtoul(s, e, b); }
static inline unsigned long strtoul(const char *s, char **e, int b) { const char *p = s; bool neg = false; char *end; unsigned long v; while (isspace(*p)) p++; if (*p == '+' || *p == '-') neg = *p++ == '-'; v = simple_strtoul(p, &end, b); if (e) *e = end == p ? (char *)s : end; return neg ? -v : v; }
#define strtol(s, e, b) ((long)strtoul(s, e, b))
#define strtoull(s, e, b) ((unsigned long long)strtoul(s, e, b))
#define strtoll(s, e, b) ((long long)strtoul(s, e, b))
#define atoi(s) ((int)strtol(s, NULL, 10))
#define atol(s) strtol(s, NULL, 10)
#define atoll(s) ((long long)strtol(s, NULL, 10))
#define simple_strtoll(s, e, b) ((s64)simple_strtol(s, e, b))
static inline size_t strspn(const char *s, const char *a) { size_t n = 0; while (s[n] && strchr(a, s[n])) n++; return n; }
static inline size_t strcspn(const char *s, const char *a) { size_t n = 0; while (s[n] && !strchr(a, s[n])) n++; return n; }
static inline char *strpbrk(const char *s, const char *a) { for (; *s; s++) if (strchr(a, *s)) return (char *)s; return NULL; }
static inline char *strtok_r(char *s, const char *d, char **save) { char *b; if (!s) s = *save; if (!s) return NULL; s += strspn(s, d); if (!*s) { *save = NULL; return NULL; } b = s; s += strcspn(s, d); if (*s) *s++ = 0; else s = NULL; *save = s; return b; }
char *__pinscope_tok;
#define strtok(s, d) strtok_r(s, d, &__pinscope_tok)
static inline void *bsearch(const void *k, const void *base, size_t n, size_t size, int (*cmp)(const void *, const void *)) { size_t l = 0, h = n; while (l < h) { size_t m = (l + h) / 2; const char *p = (const char *)base + m * size; int c = cmp(k, p); if (!c) return (void *)p; if (c < 0) h = m; else l = m + 1; } return NULL; }
static inline void sort(void *base, size_t n, size_t size, int (*cmp)(const void *, const void *), void (*sw)(void *, void *, int)) { size_t i, j, k; char *b = base; for (i = 1; i < n; i++) for (j = i; j > 0 && cmp(b + (j - 1) * size, b + j * size) > 0; j--) for (k = 0; k < size; k++) { char t = b[(j - 1) * size + k]; b[(j - 1) * size + k] = b[j * size + k]; b[j * size + k] = t; } }
#define qsort(b, n, s, c) sort(b, n, s, c, NULL)
static inline u32 crc32_le(u32 crc, const unsigned char *p, size_t len) { int i; while (len--) { crc ^= *p++; for (i = 0; i < 8; i++) crc = (crc >> 1) ^ ((crc & 1) ? 0xedb88320u : 0); } return crc; }
#define crc32(c, p, n) crc32_le(c, (const unsigned char *)(p), n)
#define get_random_u32() __pinscope_random()
#define get_random_u8() ((u8)__pinscope_random())
#define get_random_u16() ((u16)__pinscope_random())
#define get_random_u64() ((u64)__pinscope_random() << 32 | __pinscope_random())
#define get_random_long() ((unsigned long)get_random_u64())
#define get_random_u32_below(n) (__pinscope_random() % (n))
#define prandom_u32_max(n) (__pinscope_random() % (n))
#define get_random_bytes(b, n) memset(b, (int)(__pinscope_random() & 255), n)
#define rand() ((int)(__pinscope_random() & 0x7fffffff))
#define random() ((long)(__pinscope_random() & 0x7fffffff))
#define srand(s) ((void)(s))
#define srandom(s) ((void)(s))
#define prandom_u32() __pinscope_random()
u32 __pinscope_random(void);
`;
