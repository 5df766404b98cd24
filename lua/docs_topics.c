/* docs_topics.c - see docs_topics.h. Names in `see` are checked by a test; what comes to be takes its "not there yet" away. */
#include "docs_topics.h"

#include <stddef.h>

// clang-format off
const DocTopic doc_topics[] = {
  /* ---- light */
  {"sun,sunlight,daylight,moon,sunset,sunrise,dusk,dawn,twilight,noon", "sky,sun,kelvin,directional",
   "sky{ sun = {height, heading} } brings sun and sky in their colours, also after sunset; sun alone is a disc of any colour; directional has no size and hard shadows."},
  {"sky,dome,heaven,hdri,hdr,ibl,surrounding,backdrop,outdoor", "sky,environment,background,sun",
   "sky is a clear sky, environment a picture (.hdr) all around, background one colour; the last of them counts. All light the scene."},
  {"spot,spotlight,beam,torch,flashlight,headlight,projector", "spot,area,light",
   "spot shines into a cone, with soft edges by blend; ies gives light and spot the pattern of a real lamp."},
  {"lamp,bulb,lantern,candle,neon,tube,led,lighting", "light,area,emit,kelvin",
   "light shines evenly and is itself not seen; area is a seen rectangle; emit makes any shape a lamp."},
  {"glow,glowing,luminous,shine,shining,emissive,emission", "emit,matte.emission,kelvin",
   "emit only glows, emission makes any material glow besides; both light the scene. Halos around lamps (bloom) are not there yet."},
  {"shadow,penumbra,soft,hard", "light.radius,area.size,sphere.visible",
   "The larger the lamp, the softer its shadows: a light without a radius and directional light make hard ones."},
  {"caustic", "glass,area,emit,render.clamp",
   "Light gathered by glass or mirrors comes by itself, from lamps that rays can meet (area, emit), and takes many samples; clamp takes it away."},
  {"brightness,bright,dark,darker,brighter,overexposed,underexposed,washed,black,exposure,ev", "camera.exposure,light.power,area.power,render.tonemap",
   "The exposure is automatic unless the camera or --exposure fixes it: then more power brightens one lamp, more exposure the picture."},
  {"ambient,fill,ao,occlusion", "background,render.integrator",
   "A background fills shadows; integrator = \"ao\" previews occlusion."},

  /* ---- surfaces */
  {"texture,image,picture,pattern,checker,checkerboard,stripe,bump,normalmap,displacement,wood,marble,decal,uv,perlin", "image,checker,stripes,bricks,gradient,ramp,mix,mesh.uv",
   "Any colour takes a texture, and roughness and amounts, too; every material has normal and bump. Noise and functions as textures are not there yet."},
  {"shiny,glossy,gloss,polished,specular,varnish,lacquer,plastic,paint,ceramic,porcelain,coat,wet,satin", "plastic,coat,principled.coat,metal.roughness,mirror",
   "plastic is a colour under a clear shine, coat varnishes any other material; roughness makes both satin."},
  {"velvet,cloth,fabric,fuzz,satin,textile,felt,dust,moss", "velvet,sheen,principled.sheen", "Fibres shine towards the rim: velvet is cloth, sheen lies over any other material."},
  {"brushed,anisotropic,anisotropy,scratched,turned,spun", "metal.anisotropy,metal.rotation,coat.anisotropy", "Highlights are stretched along the surface's u: around solids of revolution."},
  {"iridescence,iridescent,soap,bubble,oil,film,rainbow,pearl,beetle", "metal.film,coat.film,principled.film", "A film of some hundred nanometres colours what it lies on; glass by itself takes none."},
  {"chalk,clay,powder,dusty,moon,plaster,concrete", "matte.sigma,matte", ""},
  {"pbr,gltf,openpbr,disney,uber,standard", "principled", "principled has the fields of glTF and OpenPBR, without subsurface."},
  {"rough,roughness,matt,dull,frosted,satin", "metal.roughness,plastic.roughness,glass.roughness,matte.sigma", "0 is polished, 1 dull; matte has none, but a sigma."},
  {"reflect,reflection,reflective,reflectivity", "mirror,metal,mix,reflect,sphere.visible", "Surfaces reflect by their material; reflect(v, n) is the calculation."},
  {"translucent,leaf,paper,lampshade,curtain,backlit", "translucent,glass.roughness", "Thin things that light shines through; bodies of wax or skin (subsurface) are not there yet."},
  {"transparent,transparency,clear,opacity,opaque,alpha,refraction,refractive,window,liquid,ice,gem,crystal,bottle,wine", "glass,glass.color,cutout,sphere.visible",
   "Clear things are glass, coloured by color and depth; cutout makes a surface partly there, by a number or a texture."},
  {"invisible,hidden,disappear", "sphere.visible,hide,proto", ""},
  {"color,colour,rgb,hue,tint,tone,palette", "color,matte,hsv,hsl,kelvin,mix",
   "A colour field takes \"#hex\", a CSS name (both sRGB), {r, g, b} or a number (both linear, 0..1), or a colour function."},
  {"gamma,srgb,linear", "color,render.tonemap", "Strings are sRGB and are decoded, numbers are linear; .hdr and .pfm pictures hold linear radiance."},
  {"smoke,fog,mist,cloud,fire,volume,haze,steam,medium,media", "glass.absorption", "Fog, smoke and volumes are not there yet; glass can absorb."},

  /* ---- shapes and placing */
  {"cylinder,cone,torus,capsule,ring,donut,pyramid,egg,ellipsoid,stick,cube,ball", "cylinder,cone,torus,capsule,sphere,box,disk.hole,scale,lathe",
   "An egg is a sphere stretched by :scale, a pyramid a lathe with 4 segments."},
  {"union,difference,intersection,intersect,csg,boolean,subtract,carve,merge,combine", "group", "Cutting shapes by shapes is not there yet; group keeps several together."},
  {"sdf,fractal,mandelbulb,metaball,isosurface,font,hair", "surface,curve,mesh",
   "Not there yet; surface and mesh take points that the script computes."},
  {"text,letter,logo,plate,polygon,floorplan,outline,star,gear", "extrude", "extrude draws an outline out; text with fonts is not there yet."},
  {"terrain,landscape,hill,mountain,ground,sea,wave", "heightfield,surface", "heightfield takes a table of heights; noise to fill it with is not there yet."},
  {"vase,bowl,bottle,cup,glass,chess,spindle,revolve,revolution,rotate_extrude,turned,goblet", "lathe", "lathe turns a profile around the y axis."},
  {"spline,bezier,catmull,path,wire,rope,cable,hose,tube,pipe,knot,tendril,sweep", "curve,cylinder,torus", "curve is a tube through points."},
  {"parametric,moebius,seashell,klein,shell,function", "surface", "surface asks a function for its points."},
  {"import,load,obj,ply,gltf,glb,stl,model,file,blender", "mesh,require", "Files of meshes are not read yet; mesh takes tables, which a required module may return."},
  {"repeat,copy,clone,duplicate,instance,instancing,array,many,loop,pattern,ring,grid,row", "proto,group,polar",
   "Write a for loop: for i = 1, 12 do part:at(2, 0, 0):turn_y(30 * i) end. What is used several times is stored once."},
  {"random,randomness,chance,jitter,scatter,scattered,vary,variation,seed,shuffle", "random,rng,hash,render.seed",
   "The same in every run: random() is one stream, rng \"name\" streams of their own, hash(i, j) a number for a place. render.seed is the picture's noise only."},
  {"move,translate,position,place,put,location,offset", "at,transform,floor", ""},
  {"rotate,rotation,spin,tilt,orient,angle", "turn,turn_y,camera.up", "Degrees; about y, angles go from +z towards +x."},
  {"resize,stretch,bigger,smaller,squash", "scale,bounds", ""},
  {"ground,table,stand,rest", "plane,sphere.floor", "floor = true puts a shape's lowest point at y = 0."},
  {"unit,metre,meter,degree,watt,scale", "scale", "Lengths are metres, angles degrees, power watts; y is up, +z points to the viewer."},

  /* ---- camera and picture */
  {"blur,blurry,bokeh,dof,defocus,unsharp,sharp,depth,focus,lens", "camera.aperture,camera.fstop,camera.focus,metal.roughness",
   "An aperture blurs what is not in focus, roughness blurs reflections. Motion blur is not there yet."},
  {"firefly,fireflies,speckle,spark,outlier,dot", "render.clamp,render.samples",
   "Rare, very bright samples. clamp = 2 to 10 cuts indirect light above that (the picture gets a little darker); more samples thin them out; larger lamps help most."},
  {"noise,noisy,grain,grainy,denoise,smooth,quality,clean,converge", "render.samples,render.clamp,mesh.smooth",
   "Four times the samples halve the noise. Noise as a texture and denoising are not there yet."},
  {"slow,fast,speed,faster,time,preview,performance", "render.samples,render.size,render.bounces,render.integrator",
   "Fewer samples and pixels (--samples 8 --size 480x270) for trying out; --time-limit 60 keeps what there is after a minute."},
  {"resolution,width,height,pixel,dimension,aspect,large", "render.size", "Also --size WxH."},
  {"zoom,telephoto,fisheye,panorama,perspective,orthographic,isometric,wide,angle,view", "camera.fov,camera.kind,camera.size", "A smaller fov zooms in. Fisheye and panoramas are not there yet."},
  {"contrast,saturation,filmic,aces,tonemapping,highlight", "render.tonemap,camera.exposure", ""},
  {"bounce,gi,global,indirect,radiosity,ray,recursion", "render.bounces,render.integrator", "Light is followed along whole paths: indirect light is always there."},
  {"animation,animate,movie,video,frame,keyframe,turntable", "param,turn_y", "Animation is not there yet; declare param(\"turn\", 0) and render it with --set turn=0, 10, 20 …"},

  /* ---- language */
  {"slider,parameter,option,argument,variable,setting,knob", "param", "moonlit params SCENE lists them, --set name=value changes them."},
  {"module,include,import,library,share", "require", ""},
  {"debug,inspect,log,error,console,message", "print,warn,only,bounds,assert", ""},
  {"vector,point,coordinate,math,maths", "vec3,length,dot,cross,normalize,lerp", "moonlit doc maths lists the functions."},
  {"if,for,while,function,local,table,string,list,lua", "ipairs,pairs,string,table", "A scene is a Lua 5.4 program: www.lua.org/manual/5.4 tells about the language itself."},
  {NULL, NULL, NULL},
};
// clang-format on
