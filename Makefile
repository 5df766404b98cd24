# moonlit's one entry point. `make help` lists the commands; CONTRIBUTING.md says how the tree is laid out.
#
# Sources are found by wildcard, objects mirror the tree under $(OUT)/obj. Every configuration has a folder of its own:
#   release by gcc: build/         any other: build/<target>-<config>-<compiler><-O>/, as far as these differ from the default
# BUILD=folder moves all of them. What a build depends on is listed once, in docs/DEPENDENCIES.md, which .make/setup reads.

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 2)
endif
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' $(1) '$(patsubst $(CURDIR)/%,%,$(2))')

# ------------------------------------------------------------------------------------------------------ what to build

BUILD ?= build
CONFIG ?= release#  release debug asan ubsan tsan fuzz
TARGET ?= native#   native aarch64 wasm wasm-threads page page-threads
OPT ?= -O2
ifeq ($(origin CC),default)
CC := gcc
endif

# Per target: compiler, archiver, instruction sets of the kernel (as in moonlit.h, without dots), suffix of commands.
ifeq ($(TARGET),native)
  MACHINE := $(shell uname -m)
  COMPILER := $(CC)
  AR := ar
  OBJCOPY := objcopy
  ISAS := $(if $(filter x86_64,$(MACHINE)),scalar sse41 avx2,$(if $(filter aarch64 arm64,$(MACHINE)),scalar neon,scalar))
else ifeq ($(TARGET),aarch64)
  COMPILER := aarch64-linux-gnu-gcc
  AR := aarch64-linux-gnu-ar
  OBJCOPY := aarch64-linux-gnu-objcopy
  ISAS := scalar neon
  TARGET_LDFLAGS := -static
else ifneq ($(filter wasm wasm-threads page page-threads,$(TARGET)),)
  export NODE_PATH := /usr/share/nodejs# where Debian's emcc finds the acorn it needs
  COMPILER := emcc
  AR := emar
  ISAS := scalar simd128
  EXE := .js
  TARGET_CFLAGS := -sSUPPORT_LONGJMP=wasm $(if $(filter wasm page,$(TARGET)),-DML_NO_THREADS)
  TARGET_LDFLAGS := -sSUPPORT_LONGJMP=wasm -sALLOW_MEMORY_GROWTH=1 -Wno-pthreads-mem-growth -sASSERTIONS=0
  ifneq ($(filter page%,$(TARGET)),)
    # The page's modules (docs/ARCHITECTURE.md): no command, no files, one kernel; the page makes the memory and says how many threads.
    ISAS := simd128
    TARGET_CFLAGS += -DML_NO_SCALAR -DML_NO_DOCS -DML_NO_FONT -mnontrapping-fptoint -msign-ext# which every browser with shared memory and SIMD has
    TARGET_LDFLAGS += -O3 --no-entry -sMODULARIZE=1 -sEXPORT_ES6=1 -sEXPORT_NAME=createMoonlit -sENVIRONMENT=web,worker -sFILESYSTEM=0 \
                      -sDYNAMIC_EXECUTION=0 -sINITIAL_MEMORY=48MB -sMAXIMUM_MEMORY=2GB -sIMPORTED_MEMORY=1 -sTOTAL_STACK=1MB \
                      -sEXPORTED_FUNCTIONS=_bridge_start,_bridge_step
  else
    TARGET_LDFLAGS += -sMAXIMUM_MEMORY=4GB -sTOTAL_STACK=8MB -sNODERAWFS=1 -sEXIT_RUNTIME=1
  endif
  ifeq ($(TARGET),wasm-threads)
    TARGET_LDFLAGS += -sPROXY_TO_PTHREAD=1 -sDEFAULT_PTHREAD_STACK_SIZE=1MB
  else ifeq ($(TARGET),page-threads)
    TARGET_LDFLAGS += -sDEFAULT_PTHREAD_STACK_SIZE=1MB -sPTHREAD_POOL_SIZE=Module.poolSize -sEXPORTED_RUNTIME_METHODS=PThread \
                      --profiling-funcs -Wl,--print-map# by which the module is cut in two; the names go then
  endif
else
  $(error TARGET=$(TARGET) is not one of native aarch64 wasm wasm-threads page page-threads)
endif
THREADS := $(if $(filter wasm page,$(TARGET)),,-pthread)

ISA_FLAGS_sse41 := -msse4.1
ISA_FLAGS_avx2 := -mavx2# without -mfma: a fused product has other bits
ISA_FLAGS_simd128 := -msimd128

# Per configuration. ML_PROTECT: frozen scenes are read-only pages, so that a write crashes where it happens. -g1: lines, which compile sooner.
CONFIG_release := $(if $(filter page%,$(TARGET)),-Oz -flto,$(OPT)) -DNDEBUG
CONFIG_debug := -Og -DML_PROTECT
CONFIG_coverage := -O0 --coverage -fprofile-update=atomic
CONFIG_asan := -g1 -O1 -DML_PROTECT -fno-omit-frame-pointer -fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=all
CONFIG_ubsan := -g1 -O1 -DML_PROTECT -fno-omit-frame-pointer -fsanitize=undefined,float-cast-overflow -fno-sanitize-recover=all
CONFIG_tsan := -g1 -O1 -DML_PROTECT -fno-omit-frame-pointer -fsanitize=thread
CONFIG_fuzz := -O1 -DML_PROTECT -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
ifeq ($(CONFIG_$(CONFIG)),)
  $(error CONFIG=$(CONFIG) is not one of release debug asan ubsan tsan fuzz)
endif

space := $(subst ,, )
VARIANT := $(subst $(space),-,$(strip $(filter-out native,$(TARGET)) $(filter-out release,$(CONFIG)) \
             $(if $(filter native,$(TARGET)),$(filter-out gcc,$(notdir $(CC)))) $(patsubst -%,%,$(filter-out -O2,$(OPT)))))
# A visitor loads all of a page's module: what takes the time is compiled for speed, the rest for size.
ifneq ($(filter page%,$(TARGET)),)
  SPEED := -O3# and apart: a tile that was inlined into the threads' endless function would never be optimised by a browser
  # emcc inlines nothing where it has seen -Oz, whatever comes after it: the kernel must not see it, for which that is half of its speed.
  HOTTEST := engine/render/kernel_simd128
  HOT := $(addprefix lua-5.4.9/,lapi ldo lgc lmathlib lobject lstring ltable ltm lvm) \
         $(patsubst %.c,%,$(wildcard engine/bvh/*.c)) engine/image/tonemap engine/image/white_balance engine/render/film engine/render/film_picture \
         web/bridge/frame
  # Jumps are made from objects, not from what the linker optimises.
  JUMPING := engine/image/read_stb engine/image/write_stb
  # What no plain picture needs is a part of its own, loaded later (web/split.mjs): what the engine outside its kernel, the language and Lua define, but
  # for the functions of web/first-part.txt, in which `make first-part` writes what runs until plain pictures are there.
  PARTED = $(filter-out $(HOTTEST:%=$(OBJ)/%.o),$(SCRIPT_O) $(LUA_O) $(ENGINE_O))
  # Functions of the kernel that come later, too: textures', whose making has brought the part for the director already, motion's, nested instances' and combined solids'.
  # A thread brings it for itself by texture_point_at() or another that takes and gives no vectors: JavaScript, which waits, can pass none on.
  GOES := noise_cells noise_of texture_eval texture_point_at texture_point_see surface_uv_span motion_place trace_nested trace_csg trace_field
  # The constants of these come later, too: nothing of the first part may read them before it has called a function of the file.
  # The linker must see such a file by itself.
  LATER_DATA := engine/shade/tables engine/image/read_stb engine/image/write_stb
endif

OUT := $(BUILD)$(addprefix /,$(VARIANT))
OBJ := $(OUT)/obj

LUA_VERSION := 5.4.9
DEPS_DIR ?= .deps
LUA_SRC := $(DEPS_DIR)/lua-$(LUA_VERSION)/src
LUA_READY := $(DEPS_DIR)/lua-$(LUA_VERSION)/ready
FONT_READY := $(DEPS_DIR)/font/font_bytes.h

WARNINGS := -Wall -Wextra -Wshadow -Wundef -Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes -Wconversion \
            -Wdouble-promotion -Wswitch-enum -Wno-psabi $(if $(filter page%,$(TARGET)),-Wno-string-conversion) \
            $(if $(filter release-O2 debug-O2,$(CONFIG)$(OPT)),-Werror)# elsewhere gcc sees paths that are none
COMMON := -std=gnu17 -g $(CONFIG_$(CONFIG)) -ffp-contract=off -fno-math-errno -fno-trapping-math -fvisibility=hidden \
          -ffile-prefix-map=$(CURDIR)/= $(THREADS) $(TARGET_CFLAGS)
# The system's header-only libraries, apart from its C library's headers: cross compilers bring their own of those.
SYSTEM_HEADERS := -isystem $(DEPS_DIR)/include
ENGINE_CFLAGS := $(COMMON) $(WARNINGS) -Iengine $(SYSTEM_HEADERS) $(CFLAGS)
SCRIPT_CFLAGS := $(COMMON) $(WARNINGS) -Iengine -Ilua -isystem $(LUA_SRC) $(SYSTEM_HEADERS) $(CFLAGS)
# What cmocka.h wants to see before itself is there already.
TEST_CFLAGS := -Icli -Itests -include stdarg.h -include stddef.h -include stdint.h -include setjmp.h
# The release's files are compiled as they are, under our configuration; -w because their warnings are not ours to mend.
LUA_CFLAGS := $(COMMON) -w -Iengine -Ilua -I$(LUA_SRC) -include lua/luaconf_moonlit.h $(CFLAGS)
ALL_LDFLAGS := $(filter -O% -f% --coverage,$(CONFIG_$(CONFIG))) $(THREADS) $(TARGET_LDFLAGS) $(LDFLAGS)

# ------------------------------------------------------------------------------------------------------------ sources

ENGINE_C := $(filter-out engine/render/kernel.c,$(sort $(wildcard engine/*.c engine/*/*.c)))
KERNEL_C := $(wildcard engine/render/kernel.c)
SCRIPT_C := $(filter-out $(if $(filter page%,$(TARGET)),lua/docs%.c lua/reference.c lua/api_json.c lua/luals.c),$(sort $(wildcard lua/*.c)))
CLI_C := $(if $(filter page%,$(TARGET)),,$(sort $(wildcard cli/*.c)))
BRIDGE_C := $(sort $(wildcard web/bridge/*.c))
LUA_NAMES := lapi lcode lctype ldebug ldo ldump lfunc lgc llex lmem lobject lopcodes lparser lstate lstring ltable ltm lundump lvm lzio \
             lauxlib lbaselib lcorolib ldblib liolib lmathlib loadlib loslib lstrlib ltablib lutf8lib linit
TEST_C := $(sort $(wildcard tests/*/test_*.c))
FUZZ_C := $(sort $(wildcard tests/fuzz/fuzz_*.c))
EXAMPLE_C := $(sort $(wildcard docs/*.c))
# Measurements: the programs of tests/bench, each with what it is made of.
BENCH_PARTS := ray_scenes ray_sets
BENCH_rays := ray_embree ray_compare $(BENCH_PARTS)
BENCH_rays_own := $(BENCH_PARTS)
BENCH_start := $(BENCH_PARTS)
BENCH_programs := $(BENCH_PARTS)
BENCH_scripts := $(BENCH_PARTS)
BENCH_build := ray_embree $(BENCH_PARTS)
# The files whose behaviour ML_PROTECT changes: release tests link them with it on.
PROTECT_C := $(if $(filter release,$(CONFIG)),$(shell grep -ls ML_PROTECT $(ENGINE_C) /dev/null))

ENGINE_O := $(ENGINE_C:%.c=$(OBJ)/%.o) $(if $(KERNEL_C),$(ISAS:%=$(OBJ)/engine/render/kernel_%.o))
PROTECT_O := $(PROTECT_C:%.c=$(OBJ)/%.protect.o)
SCRIPT_O := $(SCRIPT_C:%.c=$(OBJ)/%.o)
LUA_O := $(if $(SCRIPT_C),$(LUA_NAMES:%=$(OBJ)/lua-$(LUA_VERSION)/%.o))
CLI_O := $(CLI_C:%.c=$(OBJ)/%.o)
BRIDGE_O := $(BRIDGE_C:%.c=$(OBJ)/%.o)

ENGINE_A := $(OUT)/engine.a#      every object of the engine, its insides visible to tests
LIBRARY := $(OUT)/libmoonlit.a#   the same as one object of which only ml_ names can be seen: what is installed and what the command links
SCRIPT_A := $(OUT)/script.a#      lua/ and Lua itself
CLI_A := $(OUT)/cli.a
BRIDGE_A := $(OUT)/bridge.a#      natively for tests alone
COMMAND := $(if $(CLI_C),$(OUT)/moonlit$(EXE))
MODULE := $(if $(filter page-threads,$(TARGET)),$(OUT)/moonlit.js)$(if $(filter page,$(TARGET)),$(OUT)/single.js)
TESTS := $(TEST_C:%.c=$(OUT)/%$(EXE))
FUZZERS := $(FUZZ_C:%.c=$(OUT)/%)
EXAMPLES := $(EXAMPLE_C:%.c=$(OUT)/%$(EXE))

.PHONY: all tests fuzzers setup
all: $(if $(ENGINE_C),$(ENGINE_A) $(if $(OBJCOPY),$(LIBRARY) $(EXAMPLES))) $(if $(SCRIPT_C),$(SCRIPT_A)) $(COMMAND) $(MODULE)
tests: all $(TESTS)
fuzzers: $(FUZZERS)

# ------------------------------------------------------------------------------------------------------------- set-up

# Before anything is compiled: the packages, the Lua release. Both do nothing when all is there.
SETS := build $(if $(filter clang%,$(notdir $(CC))),clang) $(filter aarch64,$(TARGET)) $(if $(filter wasm% page%,$(TARGET)),wasm) $(filter fuzz,$(CONFIG)) \
        $(if $(filter web serve,$(MAKECMDGOALS)),wasm web) $(if $(filter bench-web,$(MAKECMDGOALS)),wasm web browsers) \
        $(if $(filter bench-rays bench-build bench-wasm,$(MAKECMDGOALS)),bench) $(if $(filter bench-wasm,$(MAKECMDGOALS)),wasm) \
        $(if $(filter test tests test-long ci,$(MAKECMDGOALS)),test wasm web browsers) $(if $(filter test-long ci,$(MAKECMDGOALS)),clang aarch64) \
        $(filter format,$(MAKECMDGOALS))
setup:
	@$(if $(filter-out done,$(DEPS) x),DEPS='$(DEPS)' DEPS_DIR='$(DEPS_DIR)' .make/setup $(SETS),:)

$(LUA_READY): | setup
	$(call say,LUA,Lua $(LUA_VERSION))
	$(Q)DEPS_DIR='$(DEPS_DIR)' LUA_TARBALL='$(LUA_TARBALL)' .make/fetch-lua

# The font of text{}, which the page has as a file of its own.
$(FONT_READY): | setup
	$(call say,FONT,docs/DEPENDENCIES.md)
	$(Q)DEPS_DIR='$(DEPS_DIR)' FONT_FILE='$(FONT_FILE)' .make/fetch-font

# The page's npm packages, exactly those of the lock file. The copy kept beside them says which are there.
NODE_READY := web/node_modules/package-lock.json
$(NODE_READY): web/package-lock.json | setup
	@if cmp -s $< $@; then touch $@; else printf '  %-5s %s\n' NPM 'packages of web/package-lock.json'; \
	  cd web && npm ci --ignore-scripts --no-audit --no-fund --prefer-offline --loglevel=error >/dev/null && cp package-lock.json node_modules/; fi

# ---------------------------------------------------------------------------------------------------------- compiling

# A file that changes only when its text does: what depends on it is rebuilt when flags or lists of files change.
define remember
$(1): FORCE | setup
	@mkdir -p $$(@D)
	@{ echo '$(2)'; $(COMPILER) --version 2>/dev/null | head -1; } > $$@.new; \
	  if cmp -s $$@.new $$@; then rm $$@.new; else mv $$@.new $$@; fi
endef
$(eval $(call remember,$(OBJ)/flags.engine,$(COMPILER) $(ENGINE_CFLAGS) $(SPEED) $(HOT) $(HOTTEST)))
$(eval $(call remember,$(OBJ)/flags.script,$(COMPILER) $(SCRIPT_CFLAGS)))
$(eval $(call remember,$(OBJ)/flags.lua,$(COMPILER) $(LUA_CFLAGS) $(SPEED) $(HOT)))
$(eval $(call remember,$(OBJ)/flags.link,$(COMPILER) $(ALL_LDFLAGS)))
$(eval $(call remember,$(OBJ)/list.engine,$(ENGINE_O)))
$(eval $(call remember,$(OBJ)/list.script,$(SCRIPT_O) $(LUA_O)))
$(eval $(call remember,$(OBJ)/list.cli,$(CLI_O)))
$(eval $(call remember,$(OBJ)/list.bridge,$(BRIDGE_O)))
$(eval $(call remember,$(OBJ)/list.later,$(GOES) $(LATER_DATA)))
.PHONY: FORCE
FORCE:

DEPFLAGS = -MMD -MP -MF $(@:.o=.d)

$(HOTTEST:%=$(OBJ)/%.o): ENGINE_CFLAGS := $(filter-out -flto -Oz,$(ENGINE_CFLAGS)) $(SPEED)
$(HOT:%=$(OBJ)/%.o): ENGINE_CFLAGS := $(filter-out -flto,$(ENGINE_CFLAGS)) $(SPEED)
$(HOT:%=$(OBJ)/%.o): SCRIPT_CFLAGS := $(filter-out -flto,$(SCRIPT_CFLAGS)) $(SPEED)
$(HOT:%=$(OBJ)/%.o): LUA_CFLAGS := $(filter-out -flto,$(LUA_CFLAGS)) $(SPEED)
$(sort $(JUMPING:%=$(OBJ)/%.o) $(LATER_DATA:%=$(OBJ)/%.o)): ENGINE_CFLAGS := $(filter-out -flto,$(ENGINE_CFLAGS))
# stb_image's arithmetic on damaged pictures wraps.
$(OBJ)/engine/image/read_stb.o: ENGINE_CFLAGS += -fwrapv

# stb_truetype puts numbers together by shifts into the sign.
$(OBJ)/engine/shape/font.o: ENGINE_CFLAGS += -fwrapv
$(OBJ)/engine/shape/font_built_in.o: ENGINE_CFLAGS += -I$(DEPS_DIR)/font
$(OBJ)/engine/shape/font_built_in.o: $(if $(filter page%,$(TARGET)),,$(FONT_READY))

$(OBJ)/engine/%.o: engine/%.c $(OBJ)/flags.engine
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(COMPILER) $(ENGINE_CFLAGS) $(DEPFLAGS) -c $< -o $@

$(OBJ)/engine/%.protect.o: engine/%.c $(OBJ)/flags.engine
	$(call say,CC,$< (protect))
	@mkdir -p $(@D)
	$(Q)$(COMPILER) $(ENGINE_CFLAGS) -DML_PROTECT $(DEPFLAGS) -c $< -o $@

$(OBJ)/engine/render/kernel_%.o: engine/render/kernel.c $(OBJ)/flags.engine
	$(call say,CC,$< ($*))
	@mkdir -p $(@D)
	$(Q)$(COMPILER) $(ENGINE_CFLAGS) -DML_ISA=$* $(ISA_FLAGS_$*) $(DEPFLAGS) -c $< -o $@

$(OBJ)/lua/%.o: lua/%.c $(OBJ)/flags.script | $(LUA_READY)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(COMPILER) $(SCRIPT_CFLAGS) $(DEPFLAGS) -c $< -o $@

$(OBJ)/cli/%.o: cli/%.c $(OBJ)/flags.script | $(LUA_READY)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(COMPILER) $(SCRIPT_CFLAGS) $(DEPFLAGS) -c $< -o $@

$(OBJ)/web/%.o: web/%.c $(OBJ)/flags.script | $(LUA_READY)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(COMPILER) $(SCRIPT_CFLAGS) $(DEPFLAGS) -c $< -o $@

$(OBJ)/tests/web/%.o: TEST_CFLAGS += -Iweb/bridge
$(OBJ)/tests/%.o: tests/%.c $(OBJ)/flags.script | $(LUA_READY)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(COMPILER) $(SCRIPT_CFLAGS) $(TEST_CFLAGS) $(DEPFLAGS) -c $< -o $@

$(OBJ)/lua-$(LUA_VERSION)/%.o: $(LUA_READY) $(OBJ)/flags.lua
	$(call say,CC,lua-$(LUA_VERSION)/$*.c)
	@mkdir -p $(@D)
	$(Q)$(COMPILER) $(LUA_CFLAGS) $(DEPFLAGS) -c $(LUA_SRC)/$*.c -o $@

# ------------------------------------------------------------------------------------------------------------ linking

$(ENGINE_A): $(ENGINE_O) $(OBJ)/list.engine
$(SCRIPT_A): $(SCRIPT_O) $(LUA_O) $(OBJ)/list.script
$(CLI_A): $(filter-out $(OBJ)/cli/main.o,$(CLI_O)) $(OBJ)/list.cli
$(BRIDGE_A): $(BRIDGE_O) $(OBJ)/list.bridge
$(ENGINE_A) $(SCRIPT_A) $(CLI_A) $(BRIDGE_A):
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)

$(LIBRARY): $(ENGINE_O) $(OBJ)/list.engine
	$(call say,AR,$@)
	$(Q)$(COMPILER) -r -nostdlib -o $(OBJ)/moonlit.o $(ENGINE_O)
	$(Q)$(OBJCOPY) --localize-hidden $(OBJ)/moonlit.o
	$(Q)rm -f $@ && $(AR) rcs $@ $(OBJ)/moonlit.o

ENGINE_FOR_COMMAND := $(if $(OBJCOPY),$(LIBRARY),$(ENGINE_A))
$(COMMAND): $(CLI_O) $(SCRIPT_A) $(ENGINE_FOR_COMMAND) $(OBJ)/list.cli $(OBJ)/flags.link
	$(call say,LINK,$@)
	$(Q)$(COMPILER) -o $@ $(CLI_O) $(SCRIPT_A) $(ENGINE_FOR_COMMAND) -lm $(ALL_LDFLAGS)

# A module of the page. Its glue, and with threads the script of its workers, come beside it.
ALL_O = $(BRIDGE_O) $(SCRIPT_O) $(LUA_O) $(ENGINE_O)
$(MODULE): $(BRIDGE_O) $(SCRIPT_A) $(ENGINE_A) $(OBJ)/list.bridge $(OBJ)/list.later $(OBJ)/flags.link $(if $(filter page-threads,$(TARGET)),web/split.mjs web/first-part.txt)
	$(call say,LINK,$@)
	$(Q)$(COMPILER) -o $@ $(BRIDGE_O) $(SCRIPT_A) $(ENGINE_A) $(ALL_LDFLAGS) >$(@:.js=.map)
	$(if $(filter page-threads,$(TARGET)),$(call say,SPLIT,$(@D)/later.wasm))
	$(if $(filter page-threads,$(TARGET)),$(Q)node web/split.mjs $(@:.js=.wasm) $(@D)/later.wasm $(@:.js=.map) \
	  $(filter-out $(PARTED),$(ALL_O)) -- $(PARTED) -- web/first-part.txt -- $(GOES) -- $(LATER_DATA:%=$(OBJ)/%.o))

# Tests of the engine see the engine alone; those of lua/ and cli/, and what renders scenes, the rings inside theirs.
$(filter $(OUT)/tests/web/%,$(TESTS)): TEST_LIBS := $(BRIDGE_A) $(SCRIPT_A)
$(filter $(OUT)/tests/web/%,$(TESTS)): $(BRIDGE_A) $(SCRIPT_A)
TESTS_OF_SCENES := $(filter $(OUT)/tests/lua/% $(OUT)/tests/cli/% $(OUT)/tests/render/test_means%,$(TESTS))
$(TESTS_OF_SCENES): TEST_LIBS := $(if $(CLI_C),$(CLI_A)) $(if $(SCRIPT_C),$(SCRIPT_A))
$(TESTS_OF_SCENES): $(if $(CLI_C),$(CLI_A)) $(if $(SCRIPT_C),$(SCRIPT_A))
$(TESTS): $(OUT)/%$(EXE): $(OBJ)/%.o $(PROTECT_O) $(ENGINE_A) $(OBJ)/flags.link
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(COMPILER) -o $@ $(OBJ)/$*.o $(PROTECT_O) $(TEST_LIBS) $(ENGINE_A) -lcmocka -lm $(ALL_LDFLAGS)

$(FUZZERS): $(OUT)/%: $(OBJ)/%.o $(SCRIPT_A) $(ENGINE_A) $(OBJ)/flags.link
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(COMPILER) -o $@ $< $(SCRIPT_A) $(ENGINE_A) -lm $(ALL_LDFLAGS) -fsanitize=fuzzer

# Measurements of the engine see its insides; Embree's side of one needs the set bench.
define bench
$(OUT)/tests/bench/$(1)$(EXE): $(patsubst %,$(OBJ)/tests/bench/%.o,$(1) $(BENCH_$(1))) $(3) $(ENGINE_A) $(OBJ)/flags.link
	$$(call say,LINK,$$@)
	@mkdir -p $$(@D)
	$(Q)$(COMPILER) -o $$@ $$(filter %.o %.a,$$^) $(2) -lm $(ALL_LDFLAGS)
endef
$(eval $(call bench,rays,-lembree3))
$(eval $(call bench,rays_own))
$(eval $(call bench,start,,$(SCRIPT_A)))
$(eval $(call bench,programs,,$(SCRIPT_A)))
$(eval $(call bench,scripts,,$(SCRIPT_A)))
# As the kernel that evaluates them
$(OBJ)/tests/bench/programs.o: TEST_CFLAGS += $(if $(filter avx2,$(ISAS)),$(ISA_FLAGS_avx2))
$(eval $(call bench,build,-lembree3))

# What the page's first part has to have
PLAIN := $(OUT)/tests/web/plain_pictures
$(PLAIN): $(OBJ)/tests/web/plain_pictures.o $(filter-out %/bridge.o,$(BRIDGE_O)) $(SCRIPT_A) $(ENGINE_A) $(OBJ)/flags.link
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(COMPILER) -o $@ $(filter %.o %.a,$^) -lm $(ALL_LDFLAGS)

# An example sees what an installed library offers: one header, one archive.
$(EXAMPLES): $(OUT)/%: %.c engine/moonlit.h $(LIBRARY) $(OBJ)/flags.link
	$(call say,LINK,$@)
	@mkdir -p $(@D) $(OUT)/include && cp engine/moonlit.h $(OUT)/include/
	$(Q)$(COMPILER) $(COMMON) $(WARNINGS) -I$(OUT)/include -o $@ $< $(LIBRARY) $(ALL_LDFLAGS)

-include $(shell find $(OBJ) -name '*.d' 2>/dev/null)

# ----------------------------------------------------------------------------------------------------------- commands

# Programs that say what they found in TAP; tests/run sums them up. ONLY='lua/ test_film' picks by part of the name.
SCRIPTS := $(sort $(wildcard tests/*/test_*.sh))
HOUSE_SCRIPTS := $(filter tests/build/% tests/web/% %_targets.sh,$(SCRIPTS))# about this tree, other builds, the page: once is enough
pick = $(if $(ONLY),$(foreach p,$(1),$(if $(strip $(foreach o,$(ONLY),$(findstring $(o),$(p)))),$(p))),$(1))
RUN_TESTS = MOONLIT='$(COMMAND)' OUT='$(OUT)' BUILD='$(BUILD)' CC='$(COMPILER)' CONFIG='$(CONFIG)' MAKE='$(MAKE)' DEPS_DIR='$(DEPS_DIR)' \
            TEST_LOGS='$(OUT)/test-logs' TEST_TIMEOUT=$${TEST_TIMEOUT:-600} tests/run
SUBMAKE := $(MAKE) DEPS=done
# A build that fails leaves a mark that no program can be run from: one failed test, and what an earlier build left is no excuse.
FAILED = $(OUT)/what-did-not-build
OR_FAIL = || { mkdir -p $(OUT) && touch $(FAILED); }

.PHONY: render web serve first-part bench-web bench-rays bench-build bench-wasm bench-start bench-programs bench-scripts test check test-long mutants fuzz ci golden golden-report bless bless-statistics docs format install clean help

## render      set up, build, render scenes/hello.lua to out/hello.png
render: all
	@mkdir -p out
	$(Q)$(COMMAND) render scenes/hello.lua -o out/hello.png
	@printf '%s\n' '' 'The picture is out/hello.png.' 'Next: edit scenes/hello.lua and run `make render` again, or try' \
	  '  $(COMMAND) render scenes/cornell.lua -o out/cornell.png --samples 256' \
	  '  $(COMMAND) doc sphere' '  $(COMMAND) --help'

## web         set up, build the page: build/web, static files for any host
WEB := $(BUILD)/web
PAGE_BUILDS := page-threads.build page.build
web: all $(NODE_READY) $(FONT_READY) $(PAGE_BUILDS)
	$(Q)node web/build.mjs --build '$(BUILD)' --moonlit '$(COMMAND)' --font '$(DEPS_DIR)/font/Lato-Bold.ttf'

# Side by side: half of their time is one thread's, linking
.PHONY: $(PAGE_BUILDS)
$(PAGE_BUILDS): %.build: setup
	+$(Q)$(SUBMAKE) CONFIG=release OPT=-O2 TARGET=$* all

## serve       build the page and serve it on 127.0.0.1, with the headers for shared memory: PORT=8000 or the next that is free
serve: web
	@PORT='$(PORT)' node web/serve.mjs '$(WEB)'

## first-part  write web/first-part.txt anew: the functions that run until plain pictures are there, and so are in the page's first part
first-part: setup
	+$(Q)$(SUBMAKE) CONFIG=coverage $(BUILD)/coverage/tests/web/plain_pictures
	@find '$(BUILD)/coverage' -name '*.gcda' -delete
	$(Q)$(BUILD)/coverage/tests/web/plain_pictures scenes/hello.lua scenes/cornell.lua scenes/spheres.lua
	@node web/first-part.mjs '$(BUILD)/coverage/obj' >web/first-part.txt.new && mv web/first-part.txt.new web/first-part.txt

## bench-web   the page's floors, measured in Chromium and Firefox
bench-web: web
	@BUILD='$(BUILD)' MOONLIT='$(COMMAND)' node tests/web/bench.mjs

## bench-rays  ray queries and builds against Embree of the system: ONLY='A C' RUNS=7 ISA=sse4.1 QUALITY=high (Embree's)
BENCH_FILES = mkdir -p '$(BUILD)/rays' && DEPS='$(DEPS)' DEPS_DIR='$(DEPS_DIR)' .make/fetch-models
BENCH_PLACES = RAYS='$(BUILD)/rays' MODELS='$(DEPS_DIR)/models' ONLY='$(ONLY)' RUNS='$(RUNS)'
bench-rays: all $(OUT)/tests/bench/rays$(EXE)
	@$(BENCH_FILES)
	@$(BENCH_PLACES) ISA='$(ISA)' QUALITY='$(QUALITY)' EMBREE='$(EMBREE)' THREADS='$(BUILD_THREADS)' $(OUT)/tests/bench/rays$(EXE)

## bench-build builds of trees alone, all qualities, against Embree's: ONLY='A C' RUNS=5 BUILD_THREADS=2 WIDTH=8
bench-build: $(OUT)/tests/bench/build$(EXE)
	@$(BENCH_FILES)
	@$(BENCH_PLACES) THREADS='$(BUILD_THREADS)' WIDTH='$(WIDTH)' $(OUT)/tests/bench/build$(EXE)

## bench-wasm  the same rays: WebAssembly under node against our own SSE4.1, one thread: ONLY='A C' RUNS=5 ROUNDS=3
bench-wasm: $(OUT)/tests/bench/rays_own$(EXE)
	+$(Q)$(SUBMAKE) TARGET=wasm CONFIG=release '$(BUILD)/wasm/tests/bench/rays_own.js'
	@$(BENCH_FILES)
	@$(BENCH_PLACES) ROUNDS='$(ROUNDS)' NATIVE='$(OUT)/tests/bench/rays_own' WASM='$(BUILD)/wasm/tests/bench/rays_own.js' tests/bench/wasm.sh

## bench-start a million triangles from a file to the first sample, an edit of that scene to its first pixels, the origin scene: RUNS=7
bench-start: all $(OUT)/tests/bench/start$(EXE)
	@mkdir -p '$(BUILD)/rays'
	@RUNS='$(RUNS)' $(OUT)/tests/bench/start$(EXE) '$(COMMAND)' '$(BUILD)/rays'

## bench-scripts   many calls, a million scattered things, large solids, without a pixel: RUNS=5
bench-scripts: $(OUT)/tests/bench/scripts$(EXE)
	@RUNS='$(RUNS)' $<

## bench-programs  textures by functions, per evaluation at a hit and in batches, against a diffuse ray: RUNS=7
bench-programs: all $(OUT)/tests/bench/programs$(EXE)
	@$(BENCH_FILES)
	@RUNS='$(RUNS)' $(OUT)/tests/bench/programs$(EXE) '$(BUILD)/rays' '$(DEPS_DIR)/models'

## test        set up, build, run the tests: release by gcc, WebAssembly under node, the page in Chromium and Firefox
test: setup
	@rm -f $(FAILED)
	+$(Q)$(SUBMAKE) -k tests $(OR_FAIL)
	+$(Q)$(SUBMAKE) TARGET=wasm all $(OR_FAIL)
	$(if $(filter tests/web/%,$(call pick,$(SCRIPTS))),+$(Q)$(SUBMAKE) web $(OR_FAIL))
	@HASH_BUILDS='wasm' $(RUN_TESTS) $(call pick,$(TESTS) $(SCRIPTS)) $$(ls $(FAILED) 2>/dev/null)

## check       build and run the tests of one configuration: make check CONFIG=asan ONLY='lua/ test_film'
check: setup
	@rm -f $(FAILED)
	+$(Q)$(SUBMAKE) -k tests $(OR_FAIL)
	@$(RUN_TESTS) $(call pick,$(TESTS) $(filter-out $(HOUSE_SCRIPTS),$(SCRIPTS))) $$(ls $(FAILED) 2>/dev/null)

## test-long   everything, at length: all configurations, both compilers, all targets
test-long: setup
	@LONG=1 .ci/run

## mutants     plant bugs one by one and see that the tests named for each catch it: make mutants ONLY='eta-swapped lambert-without-pi'
mutants: setup
	@BUILD='$(BUILD)' DEPS_DIR='$(DEPS_DIR)' tests/mutants/run $(ONLY)

## fuzz        let a fuzzer at every reader of files and at scenes drawn from the table, each for SECONDS (60): make fuzz ONLY='gltf ply'; what it finds is left in build/
fuzz:
	+$(Q)$(MAKE) CC=clang CONFIG=fuzz fuzzers
	@BUILD='$(BUILD)' SECONDS_EACH='$(or $(SECONDS),60)' tests/fuzz/run '$(BUILD)/fuzz-clang/tests/fuzz' $(ONLY)

## golden      compare the pictures of all scenes with tests/render/golden.txt
golden: all
	@MOONLIT='$(COMMAND)' tests/render/test_golden.sh

## bless       accept the present pictures: make bless REASON="why they changed"
bless: all
	@MOONLIT='$(COMMAND)' REASON='$(REASON)' tests/render/bless

## golden-report  what changed in golden pictures, as build/golden-report.html: before, after, FLIP; SAMPLES=256 shows less noise
golden-report: all
	@MOONLIT='$(abspath $(COMMAND))' BUILD='$(BUILD)' DEPS_DIR='$(DEPS_DIR)' SAMPLES='$(SAMPLES)' REFERENCE='$(REFERENCE)' tests/render/golden-report

## bless-statistics  make the stored means of pictures anew: make bless-statistics REASON="..." ONLY='gallery-hello'
bless-statistics: $(OUT)/tests/render/test_means$(EXE)
	@TEST='$(abspath $<)' REASON='$(REASON)' ONLY='$(ONLY)' tests/render/bless-statistics

## docs        regenerate docs/REFERENCE.md from the language's table, and its pictures that have changed
docs: all
	$(Q)$(COMMAND) doc --markdown > $(OUT)/REFERENCE.md
	$(Q)mv $(OUT)/REFERENCE.md docs/REFERENCE.md
	@MOONLIT='$(COMMAND)' .make/reference-pictures write

## format      lay out all C sources by .clang-format
format: setup
	$(Q)clang-format -i $$(find engine lua cli web/bridge tests docs -name '*.[ch]')

## install     PREFIX=/usr/local DESTDIR=: command, library, header, pkg-config file, manual page
PREFIX ?= /usr/local
INSTALLED := $(DESTDIR)$(PREFIX)
VERSION = $(shell sed -n 's/.*define ML_VERSION "\(.*\)"/\1/p' engine/moonlit.h)
install: all
	@mkdir -p '$(INSTALLED)/bin' '$(INSTALLED)/lib/pkgconfig' '$(INSTALLED)/include' '$(INSTALLED)/share/man/man1'
	$(Q)install -m 755 $(COMMAND) '$(INSTALLED)/bin/moonlit'
	$(Q)install -m 644 $(LIBRARY) '$(INSTALLED)/lib/libmoonlit.a'
	$(Q)install -m 644 engine/moonlit.h '$(INSTALLED)/include/moonlit.h'
	$(Q)install -m 644 docs/moonlit.1 '$(INSTALLED)/share/man/man1/moonlit.1'
	@printf '%s\n' 'prefix=$(PREFIX)' 'Name: moonlit' 'Description: a renderer whose pictures are the same everywhere' 'Version: $(VERSION)' \
	  'Cflags: -I$${prefix}/include' 'Libs: -L$${prefix}/lib -lmoonlit -pthread' >'$(INSTALLED)/lib/pkgconfig/moonlit.pc'

## clean       remove what was built; what was fetched (.deps) stays
clean:
	$(Q)rm -rf '$(BUILD)' out

## help        this list
help:
	@echo 'make              build $(OUT)/moonlit'
	@sed -n 's/^## /make /p' Makefile
	@echo
	@echo 'Variables: CONFIG=release|debug|asan|ubsan|tsan|fuzz  CC=gcc|clang  TARGET=native|aarch64|wasm|wasm-threads|page|page-threads  BUILD=folder  V=1'
	@echo '           DEPS=skip (install nothing)  LUA_TARBALL=lua-$(LUA_VERSION).tar.gz, FONT_FILE=Lato-Bold.ttf (copies at hand)'
