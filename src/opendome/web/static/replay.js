import{g as Xe,c as ze,h as u,a as T,n as K,b as C,m as oe,p as he,w as j}from"./index.js";import{S as V,C as dt,a as ft}from"./clock.js";import{l as ut,c as Pe,L as re,p as ae,a as le,b as ce,U as Z,M as de,G as fe,d as ee,e as pt,C as ht,r as gt,P as Ye,f as mt,g as xt}from"./maps.js";import{d as q,t as ye,O as I,T as ue,R as J,c as M}from"./palette.js";import{c as ge}from"./lines.js";const H=1800,vt=16,me=600;class _t{constructor(e,t){this.id=e,this.rep=t}rockets;shots;warnings;stock;magazines;scene;about;ends={};windows=new Map;asked=new Map;async open(){const e=`/api/results/${encodeURIComponent(this.id)}`,[t,i]=await Promise.all([Xe(e),ze(`${e}/overview?rep=${this.rep}`)]);this.about=t,this.scene=t.scene,{rockets:this.rockets,shots:this.shots,warnings:this.warnings,stock:this.stock,magazines:this.magazines}=i;const{end:s,outcome:o,outcome_words:n}=this.rockets;for(const[l,a]of n.entries())this.ends[a]=s.filter((f,c)=>o[c]===l).sort();return this}outcome(e){return this.rockets.outcome_words[this.rockets.outcome[e]]}needed(e){const t=Math.floor(e/H);return e-t*H<me&&t>0?[t,t-1]:[Math.max(t,0)]}ready(e){return this.needed(e).every(t=>this.windows.has(t))}async load(e){const t=this.needed(e);await Promise.all(t.map(i=>this.fetch(i))),t[0]<Math.floor(this.scene.duration_s/H)&&this.fetch(t[0]+1).catch(()=>{})}fetch(e){if(this.windows.has(e))return Promise.resolve();const t=this.asked.get(e);if(t)return t;const i=`since=${e*H}&until=${(e+1)*H}`,s=ze(`/api/results/${encodeURIComponent(this.id)}/window?rep=${this.rep}&${i}`).then(o=>{for(;this.windows.size>=vt;)this.windows.delete(this.windows.keys().next().value);this.windows.set(e,{flights:xe(o.flights,"rocket"),tracks:xe(o.tracks,"track"),flyouts:o.flyouts?xe(o.flyouts,"shot"):new Map})}).finally(()=>this.asked.delete(e));return this.asked.set(e,s),s}find(e,t,i){for(const s of this.needed(i)){const o=this.windows.get(s)?.[e].get(t);if(o)return o}}flight(e,t){return this.find("flights",e,t)}flyout(e,t){return this.find("flyouts",e,t)}flying(e){const{launch:t,end:i}=this.rockets,s=[];for(let o=z(t,e)-1;o>=0&&t[o]>e-me;o--)i[o]>e&&s.push(o);return s.reverse()}ended(e,t){const{launch:i,end:s}=this.rockets,o=[];for(let n=z(i,e)-1;n>=0&&i[n]>e-t-me;n--)s[n]<=e&&s[n]>e-t&&o.push(n);return o}tracked(e){const t=[],i=this.scene.scan_period_s;for(const s of this.needed(e))for(const o of this.windows.get(s)?.tracks.values()??[]){const n=o.table.time;if(n[o.first]>e||n[o.last-1]<e-i)continue;const l=z(n,e,o.first,o.last);t.push({table:o.table,row:l-1,next:l<o.last?l:l-1})}return t}shooting(e,t){const{decision:i,intercept:s}=this.shots,o=[];for(let n=z(i,e)-1;n>=0&&i[n]>e-180;n--)s[n]>e-t&&o.push(n);return o}warned(e,t){const{time:i,predicted:s,place:o,place_words:n}=this.warnings,l=new Map;for(let a=z(i,e)-1;a>=0&&i[a]>e-t;a--)l.has(o[a])||l.set(o[a],{place:n[o[a]],time:i[a],predicted:s[a]});return[...l.values()]}stockAt(e){const t=z(this.stock.time,e)-1;return t<0?NaN:this.stock.rounds[t]}magazinesAt(e){return this.scene.batteries.map(t=>{const i=t.launchers*t.rounds,s=this.magazines;if(!s)return{ready:NaN,loading:0,known:!1};const o=s.battery_words.indexOf(t.name);for(let n=z(s.time,e)-1;n>=0;n--)if(s.battery[n]===o)return{ready:s.ready[n],loading:s.loading[n],known:!0};return{ready:i,loading:0,known:!0}})}counts(e){const t={launched:z(this.rockets.launch,e),rounds:z(this.shots.launch,e)};let i=0;for(const[s,o]of Object.entries(this.ends))t[s]=z(o,e),i+=t[s];return t.flying=t.launched-i,t}}function xe(r,e){const t=r[e],i=new Map;for(let s=0;s<r.rows;){let o=s;for(;o<r.rows&&t[o]===t[s];)o++;i.set(t[s],{table:r,first:s,last:o}),s=o}return i}function z(r,e,t=0,i=r.length){for(;t<i;){const s=t+i>>1;r[s]<=e?t=s+1:i=s}return t}function se(r,e){const{table:t,first:i,last:s}=r,o=Math.min(Math.max(z(t.time,e,i,s)-1,i),s-2);if(s-i<2)return[t.lon[i],t.lat[i],t.h[i]];const n=Math.min(Math.max((e-t.time[o])/(t.time[o+1]-t.time[o]),0),1),l=a=>a[o]+n*(a[o+1]-a[o]);return[l(t.lon),l(t.lat),l(t.h)]}function yt(r,e,t){const{table:i,first:s,last:o}=r,n=[];let l=se(r,Math.max(e,i.time[s]));for(let a=z(i.time,e,s,o);a<o&&i.time[a]<t;a++){const f=[i.lon[a],i.lat[a],i.h[a]];n.push({from:l,to:f}),l=f}return n.push({from:l,to:se(r,Math.min(t,i.time[o-1]))}),n}const Me=`layout(std140) uniform iconUniforms {
  float sizeScale;
  vec2 iconsTextureDim;
  float sizeBasis;
  float sizeMinPixels;
  float sizeMaxPixels;
  bool billboard;
  highp int sizeUnits;
  float alphaCutoff;
} icon;
`,Ct={name:"icon",vs:Me,fs:Me,uniformTypes:{sizeScale:"f32",iconsTextureDim:"vec2<f32>",sizeBasis:"f32",sizeMinPixels:"f32",sizeMaxPixels:"f32",billboard:"f32",sizeUnits:"i32",alphaCutoff:"f32"}},Pt=`#version 300 es
#define SHADER_NAME icon-layer-vertex-shader
in vec2 positions;
in vec3 instancePositions;
in vec3 instancePositions64Low;
in float instanceSizes;
in float instanceAngles;
in vec4 instanceColors;
#ifdef USE_ROW_INDEXES
in float rowIndexes;
#endif
in vec4 instanceIconFrames;
in float instanceColorModes;
in vec2 instanceOffsets;
in vec2 instancePixelOffset;
out float vColorMode;
out vec4 vColor;
out vec2 vTextureCoords;
out vec2 uv;
vec2 rotate_by_angle(vec2 vertex, float angle) {
float angle_radian = angle * PI / 180.0;
float cos_angle = cos(angle_radian);
float sin_angle = sin(angle_radian);
mat2 rotationMatrix = mat2(cos_angle, -sin_angle, sin_angle, cos_angle);
return rotationMatrix * vertex;
}
void main(void) {
geometry.worldPosition = instancePositions;
geometry.uv = positions;
#ifdef USE_ROW_INDEXES
geometry.pickingColor = picking_getPickingColorFromIndex(rowIndexes);
#else
geometry.pickingColor = picking_getPickingColorFromInstanceID();
#endif
uv = positions;
vec2 iconSize = instanceIconFrames.zw;
float sizePixels = clamp(
project_size_to_pixel(instanceSizes * icon.sizeScale, icon.sizeUnits),
icon.sizeMinPixels, icon.sizeMaxPixels
);
float iconConstraint = icon.sizeBasis == 0.0 ? iconSize.x : iconSize.y;
float instanceScale = iconConstraint == 0.0 ? 0.0 : sizePixels / iconConstraint;
vec2 pixelOffset = positions / 2.0 * iconSize + instanceOffsets;
pixelOffset = rotate_by_angle(pixelOffset, instanceAngles) * instanceScale;
pixelOffset += instancePixelOffset;
pixelOffset.y *= -1.0;
if (icon.billboard)  {
gl_Position = project_position_to_clipspace(instancePositions, instancePositions64Low, vec3(0.0), geometry.position);
DECKGL_FILTER_GL_POSITION(gl_Position, geometry);
vec3 offset = vec3(pixelOffset, 0.0);
DECKGL_FILTER_SIZE(offset, geometry);
gl_Position.xy += project_pixel_size_to_clipspace(offset.xy);
} else {
vec3 offset_common = vec3(project_pixel_size(pixelOffset), 0.0);
DECKGL_FILTER_SIZE(offset_common, geometry);
gl_Position = project_position_to_clipspace(instancePositions, instancePositions64Low, offset_common, geometry.position);
DECKGL_FILTER_GL_POSITION(gl_Position, geometry);
}
vTextureCoords = mix(
instanceIconFrames.xy,
instanceIconFrames.xy + iconSize,
(positions.xy + 1.0) / 2.0
) / icon.iconsTextureDim;
vColor = instanceColors;
DECKGL_FILTER_COLOR(vColor, geometry);
vColorMode = instanceColorModes;
}
`,wt=`#version 300 es
#define SHADER_NAME icon-layer-fragment-shader
precision highp float;
uniform sampler2D iconsTexture;
in float vColorMode;
in vec4 vColor;
in vec2 vTextureCoords;
in vec2 uv;
out vec4 fragColor;
void main(void) {
geometry.uv = uv;
vec4 texColor = texture(iconsTexture, vTextureCoords);
vec3 color = mix(texColor.rgb, vColor.rgb, vColorMode);
float a = texColor.a * layer.opacity * vColor.a;
if (a < icon.alphaCutoff) {
discard;
}
fragColor = vec4(color, a);
DECKGL_FILTER_COLOR(fragColor, geometry);
}
`,bt=`struct IconUniforms {
  sizeScale: f32,
  iconsTextureDim: vec2<f32>,
  sizeBasis: f32,
  sizeMinPixels: f32,
  sizeMaxPixels: f32,
  billboard: i32,
  sizeUnits: i32,
  alphaCutoff: f32
};

@group(0) @binding(auto) var<uniform> icon: IconUniforms;
@group(0) @binding(auto) var iconsTexture : texture_2d<f32>;
@group(0) @binding(auto) var iconsTextureSampler : sampler;

fn rotate_by_angle(vertex: vec2<f32>, angle_deg: f32) -> vec2<f32> {
  let angle_radian = angle_deg * PI / 180.0;
  let c = cos(angle_radian);
  let s = sin(angle_radian);
  let rotation = mat2x2<f32>(vec2<f32>(c, s), vec2<f32>(-s, c));
  return rotation * vertex;
}

struct Attributes {
  @builtin(instance_index) instanceIndex : u32,
  @location(0) positions: vec2<f32>,

  @location(1) instancePositions: vec3<f32>,
  @location(2) instancePositions64Low: vec3<f32>,
  @location(3) instanceSizes: f32,
  @location(4) instanceAngles: f32,
  @location(5) instanceColors: vec4<f32>,
  @location(6) instanceIconFrames: vec4<f32>,
  @location(7) instanceColorModes: f32,
  @location(8) instanceOffsets: vec2<f32>,
  @location(9) instancePixelOffset: vec2<f32>,
  PICKING_COLOR_ATTRIBUTE
};

struct Varyings {
  @builtin(position) position: vec4<f32>,

  @location(0) vColorMode: f32,
  @location(1) vColor: vec4<f32>,
  @location(2) vTextureCoords: vec2<f32>,
  @location(3) uv: vec2<f32>,
  @location(4) pickingColor: vec3<f32>,
};

@vertex
fn vertexMain(inp: Attributes) -> Varyings {
  // write geometry fields used by filters + FS
  geometry.worldPosition = inp.instancePositions;
  geometry.uv = inp.positions;
  geometry.pickingColor = PICKING_COLOR_VALUE;

  var outp: Varyings;
  outp.uv = inp.positions;

  let iconSize = inp.instanceIconFrames.zw;

  // convert size in meters to pixels, then clamp
  let sizePixels = clamp(
    project_unit_size_to_pixel(inp.instanceSizes * icon.sizeScale, icon.sizeUnits),
    icon.sizeMinPixels, icon.sizeMaxPixels
  );

  // scale icon height to match instanceSize
  let iconConstraint = select(iconSize.y, iconSize.x, icon.sizeBasis == 0.0);
  let instanceScale = select(sizePixels / iconConstraint, 0.0, iconConstraint == 0.0);

  // scale and rotate vertex in "pixel" units; then add per-instance pixel offset
  var pixelOffset = inp.positions / 2.0 * iconSize + inp.instanceOffsets;
  pixelOffset = rotate_by_angle(pixelOffset, inp.instanceAngles) * instanceScale;
  pixelOffset = pixelOffset + inp.instancePixelOffset;
  pixelOffset.y = pixelOffset.y * -1.0;

  if (icon.billboard != 0) {
    var pos = project_position_to_clipspace(inp.instancePositions, inp.instancePositions64Low, vec3<f32>(0.0)); // TODO, &geometry.position);
    // DECKGL_FILTER_GL_POSITION(pos, geometry);

    var offset = vec3<f32>(pixelOffset, 0.0);
    // DECKGL_FILTER_SIZE(offset, geometry);
    let clipOffset = project_pixel_size_to_clipspace(offset.xy);
    pos = vec4<f32>(pos.x + clipOffset.x, pos.y + clipOffset.y, pos.z, pos.w);
    outp.position = pos;
  } else {
    var offset_common = vec3<f32>(project_pixel_size_vec2(pixelOffset), 0.0);
    // DECKGL_FILTER_SIZE(offset_common, geometry);
    var pos = project_position_to_clipspace(inp.instancePositions, inp.instancePositions64Low, offset_common); // TODO, &geometry.position);
    // DECKGL_FILTER_GL_POSITION(pos, geometry);
    outp.position = pos;
  }

  let uvMix = (inp.positions.xy + vec2<f32>(1.0, 1.0)) * 0.5;
  outp.vTextureCoords = mix(inp.instanceIconFrames.xy, inp.instanceIconFrames.xy + iconSize, uvMix) / icon.iconsTextureDim;

  outp.vColor = inp.instanceColors;
  // DECKGL_FILTER_COLOR(outp.vColor, geometry);

  outp.vColorMode = inp.instanceColorModes;
  outp.pickingColor = geometry.pickingColor;

  return outp;
}

@fragment
fn fragmentMain(inp: Varyings) -> @location(0) vec4<f32> {
  // expose to deck.gl filter hooks
  geometry.uv = inp.uv;

  let texColor = textureSample(iconsTexture, iconsTextureSampler, inp.vTextureCoords);

  // if colorMode == 0, use pixel color from the texture
  // if colorMode == 1 (or picking), use texture as transparency mask
  let rgb = mix(texColor.rgb, inp.vColor.rgb, inp.vColorMode);
  let a = texColor.a * layer.opacity * inp.vColor.a;

  if (a < icon.alphaCutoff) {
    discard;
  }

  if (picking.isActive > 0.5) {
    if (!picking_isColorValid(inp.pickingColor)) {
      discard;
    }
    return vec4<f32>(inp.pickingColor, 1.0);
  }

  var fragColor = deckgl_premultiplied_alpha(vec4<f32>(rgb, a));

  if (picking.isHighlightActive > 0.5) {
    let highlightedObjectColor = picking_normalizeColor(picking.highlightedObjectColor);
    if (picking_isColorZero(abs(inp.pickingColor - highlightedObjectColor))) {
      let highLightAlpha = picking.highlightColor.a;
      let blendedAlpha = highLightAlpha + fragColor.a * (1.0 - highLightAlpha);
      if (blendedAlpha > 0.0) {
        let highLightRatio = highLightAlpha / blendedAlpha;
        fragColor = vec4<f32>(
          mix(fragColor.rgb, picking.highlightColor.rgb, highLightRatio),
          blendedAlpha
        );
      } else {
        fragColor = vec4<f32>(fragColor.rgb, 0.0);
      }
    }
  }

  return fragColor;
}
`;function kt(r){return bt.replace("PICKING_COLOR_ATTRIBUTE",r?"@location(10) rowIndexes: u32,":"").replace("PICKING_COLOR_VALUE",r?"picking_getPickingColorFromIndex(inp.rowIndexes)":"picking_getPickingColorFromIndex(inp.instanceIndex)")}const St=1024,Lt=4,Ie=()=>{},Oe={minFilter:"linear",mipmapFilter:"linear",magFilter:"linear",addressModeU:"clamp-to-edge",addressModeV:"clamp-to-edge"},zt={x:0,y:0,width:0,height:0};function Mt(r){return Math.pow(2,Math.ceil(Math.log2(r)))}function It(r,e,t,i){const s=Math.min(t/e.width,i/e.height),o=Math.floor(e.width*s),n=Math.floor(e.height*s);return s===1?{image:e,width:o,height:n}:(r.canvas.height=n,r.canvas.width=o,r.clearRect(0,0,o,n),r.drawImage(e,0,0,e.width,e.height,0,0,o,n),{image:r.canvas,width:o,height:n})}function Q(r){return r&&(r.id||r.url)}function Ze(r){const{device:e}=r;e.type==="webgl"?r.generateMipmapsWebGL():e.type==="webgpu"&&e.generateMipmapsWebGPU(r)}function Ot(r,e,t,i){const{width:s,height:o,device:n}=r,l=n.createTexture({format:"rgba8unorm",width:e,height:t,sampler:i,mipLevels:n.getMipLevelCount(e,t)}),a=n.createCommandEncoder();a.copyTextureToTexture({sourceTexture:r,destinationTexture:l,width:s,height:o});const f=a.finish();return n.submit(f),Ze(l),r.destroy(),l}function Te(r,e,t){for(let i=0;i<e.length;i++){const{icon:s,xOffset:o}=e[i],n=Q(s);r[n]={...s,x:o,y:t}}}function Tt({icons:r,buffer:e,mapping:t={},xOffset:i=0,yOffset:s=0,rowHeight:o=0,canvasWidth:n}){let l=[];for(let a=0;a<r.length;a++){const f=r[a],c=Q(f);if(!t[c]){const{height:p,width:g}=f;i+g+e>n&&(Te(t,l,s),i=0,s=o+s+e,o=0,l=[]),l.push({icon:f,xOffset:i}),i=i+g+e,o=Math.max(o,p)}}return l.length>0&&Te(t,l,s),{mapping:t,rowHeight:o,xOffset:i,yOffset:s,canvasWidth:n,canvasHeight:Mt(o+s+e)}}function At(r,e,t){if(!r||!e)return null;t=t||{};const i={},{iterable:s,objectInfo:o}=Pe(r);for(const n of s){o.index++;const l=e(n,o),a=Q(l);if(!l)throw new Error("Icon is missing.");if(!l.url)throw new Error("Icon url is missing.");!i[a]&&(!t[a]||l.url!==t[a].url)&&(i[a]={...l,source:n,sourceIndex:o.index})}return i}class Rt{constructor(e,{onUpdate:t=Ie,onError:i=Ie}){this._loadOptions=null,this._texture=null,this._externalTexture=null,this._mapping={},this._samplerParameters=null,this._pendingCount=0,this._autoPacking=!1,this._xOffset=0,this._yOffset=0,this._rowHeight=0,this._buffer=Lt,this._canvasWidth=St,this._canvasHeight=0,this._canvas=null,this.device=e,this.onUpdate=t,this.onError=i}finalize(){this._texture?.delete()}getTexture(){return this._texture||this._externalTexture}getIconMapping(e){const t=this._autoPacking?Q(e):e;return this._mapping[t]||zt}setProps({loadOptions:e,autoPacking:t,iconAtlas:i,iconMapping:s,textureParameters:o}){e&&(this._loadOptions=e),t!==void 0&&(this._autoPacking=t),s&&(this._mapping=s),i&&(this._texture?.delete(),this._texture=null,this._externalTexture=i),o&&(this._samplerParameters=o)}get isLoaded(){return this._pendingCount===0}packIcons(e,t){if(!this._autoPacking||typeof document>"u")return;const i=Object.values(At(e,t,this._mapping)||{});if(i.length>0){const{mapping:s,xOffset:o,yOffset:n,rowHeight:l,canvasHeight:a}=Tt({icons:i,buffer:this._buffer,canvasWidth:this._canvasWidth,mapping:this._mapping,rowHeight:this._rowHeight,xOffset:this._xOffset,yOffset:this._yOffset});this._rowHeight=l,this._mapping=s,this._xOffset=o,this._yOffset=n,this._canvasHeight=a,this._texture||(this._texture=this.device.createTexture({format:"rgba8unorm",data:null,width:this._canvasWidth,height:this._canvasHeight,sampler:this._samplerParameters||Oe,mipLevels:this.device.getMipLevelCount(this._canvasWidth,this._canvasHeight)})),this._texture.height!==this._canvasHeight&&(this._texture=Ot(this._texture,this._canvasWidth,this._canvasHeight,this._samplerParameters||Oe)),this.onUpdate(!0),this._canvas=this._canvas||document.createElement("canvas"),this._loadIcons(i)}}_loadIcons(e){const t=this._canvas.getContext("2d",{willReadFrequently:!0});for(const i of e)this._pendingCount++,ut(i.url,this._loadOptions).then(s=>{const o=Q(i),n=this._mapping[o],{x:l,y:a,width:f,height:c}=n,{image:p,width:g,height:h}=It(t,s,f,c),d=l+(f-g)/2,m=a+(c-h)/2;this._texture?.copyExternalImage({image:p,x:d,y:m,width:g,height:h}),n.x=d,n.y=m,n.width=g,n.height=h,this._texture&&Ze(this._texture),this.onUpdate(g!==f||h!==c)}).catch(s=>{this.onError({url:i.url,source:i.source,sourceIndex:i.sourceIndex,loadOptions:this._loadOptions,error:s})}).finally(()=>{this._pendingCount--})}}const Je=[0,0,0,255],Et={iconAtlas:{type:"image",value:null,async:!0},iconMapping:{type:"object",value:{},async:!0},sizeScale:{type:"number",value:1,min:0},billboard:!0,sizeUnits:"pixels",sizeBasis:"height",sizeMinPixels:{type:"number",min:0,value:0},sizeMaxPixels:{type:"number",min:0,value:Number.MAX_SAFE_INTEGER},alphaCutoff:{type:"number",value:.05,min:0,max:1},getPosition:{type:"accessor",value:r=>r.position},getIcon:{type:"accessor",value:r=>r.icon},getColor:{type:"accessor",value:Je},getSize:{type:"accessor",value:1},getAngle:{type:"accessor",value:0},getPixelOffset:{type:"accessor",value:[0,0]},onIconError:{type:"function",value:null,optional:!0},textureParameters:{type:"object",ignore:!0,value:null}};class we extends re{getShaders(){const e=!!this.props.data?.attributes?.rowIndexes;return super.getShaders({vs:Pt,fs:wt,source:kt(e),defines:e?{USE_ROW_INDEXES:!0}:{},modules:[ae,le,ce,Ct]})}initializeState(){this.state={iconManager:new Rt(this.context.device,{onUpdate:this._onUpdate.bind(this),onError:this._onError.bind(this)})},this.getAttributeManager().addInstanced({instancePositions:{size:3,type:"float64",fp64:this.use64bitPositions(),transition:!0,accessor:"getPosition"},instanceSizes:{size:1,transition:!0,bufferGroup:"icon-instance-data",accessor:"getSize",defaultValue:1},instanceIconDefs:{size:7,bufferGroup:"icon-instance-data",accessor:"getIcon",transform:this.getInstanceIconDef,shaderAttributes:{instanceOffsets:{size:2,elementOffset:0},instanceIconFrames:{size:4,elementOffset:2},instanceColorModes:{size:1,elementOffset:6}}},instanceColors:{size:this.props.colorFormat.length,type:"unorm8",transition:!0,bufferGroup:"icon-instance-data",accessor:"getColor",defaultValue:Je},instanceAngles:{size:1,transition:!0,bufferGroup:"icon-instance-data",accessor:"getAngle"},instancePixelOffset:{size:2,transition:!0,bufferGroup:"icon-instance-data",accessor:"getPixelOffset"},...this.props.data?.attributes?.rowIndexes?{rowIndexes:{size:1,type:"uint32",noAlloc:!0}}:{}})}updateState(e){super.updateState(e);const{props:t,oldProps:i,changeFlags:s}=e,o=this.getAttributeManager(),{iconAtlas:n,iconMapping:l,data:a,getIcon:f,textureParameters:c}=t,{iconManager:p}=this.state;if(typeof n=="string")return;const g=n||this.internalState.isAsyncPropLoading("iconAtlas");p.setProps({loadOptions:t.loadOptions,autoPacking:!g,iconAtlas:n,iconMapping:g?l:null,textureParameters:c}),g?i.iconMapping!==t.iconMapping&&o.invalidate("getIcon"):(s.dataChanged||s.updateTriggersChanged&&(s.updateTriggersChanged.all||s.updateTriggersChanged.getIcon))&&p.packIcons(a,f),s.extensionsChanged&&(this.state.model?.destroy(),this.state.model=this._getModel(),o.invalidateAll())}get isLoaded(){return super.isLoaded&&this.state.iconManager.isLoaded}finalizeState(e){super.finalizeState(e),this.state.iconManager.finalize()}draw({uniforms:e}){this._drawModel(this.state.model)}_drawModel(e){const{sizeScale:t,sizeBasis:i,sizeMinPixels:s,sizeMaxPixels:o,sizeUnits:n,billboard:l,alphaCutoff:a}=this.props,{iconManager:f}=this.state,c=f.getTexture();if(c){const p={iconsTexture:c,iconsTextureDim:[c.width,c.height],sizeUnits:Z[n],sizeScale:t,sizeBasis:i==="height"?1:0,sizeMinPixels:s,sizeMaxPixels:o,billboard:l,alphaCutoff:a};e.shaderInputs.setProps({icon:p}),e.draw(this.context.renderPass)}}_getModel(e=this.props.id){const t=[-1,-1,1,-1,-1,1,1,1];return new de(this.context.device,{...this.getShaders(),id:e,bufferLayout:this.getAttributeManager().getBufferLayouts(),geometry:new fe({topology:"triangle-strip",attributes:{positions:{size:2,value:new Float32Array(t)}}}),isInstanced:!0})}_onUpdate(e){e?(this.getAttributeManager()?.invalidate("getIcon"),this.setNeedsUpdate()):this.setNeedsRedraw()}_onError(e){const t=this.getCurrentLayer()?.props.onIconError;t?t(e):ee.error(e.error.message)()}getInstanceIconDef(e){const{x:t,y:i,width:s,height:o,mask:n,anchorX:l=s/2,anchorY:a=o/2}=this.state.iconManager.getIconMapping(e);return[s/2-l,o/2-a,t,i,s,o,n?1:0]}}we.defaultProps=Et;we.layerName="IconLayer";const Ae=`layout(std140) uniform lineUniforms {
  float widthScale;
  float widthMinPixels;
  float widthMaxPixels;
  float useShortestPath;
  highp int widthUnits;
} line;
`,Ft={name:"line",source:"",vs:Ae,fs:Ae,uniformTypes:{widthScale:"f32",widthMinPixels:"f32",widthMaxPixels:"f32",useShortestPath:"f32",widthUnits:"i32"}},Bt=`// ---------- Helper Structures & Functions ----------

// Placeholder filter functions.
fn deckgl_filter_size(offset: vec3<f32>, geometry: Geometry) -> vec3<f32> {
  return offset;
}
fn deckgl_filter_gl_position(p: vec4<f32>, geometry: Geometry) -> vec4<f32> {
  if (picking.isAttribute > 0.5) {
    // For depth picking, write normalized depth into the picking payload.
    // This mirrors the legacy DECKGL_FILTER_GL_POSITION hook on WebGL.
  }
  return p;
}

// Compute an extrusion offset given a line direction (in clipspace),
// an offset direction (-1 or 1), and a width in pixels.
// Assumes a uniform "project" with a viewportSize field is available.
fn getExtrusionOffset(line_clipspace: vec2<f32>, offset_direction: f32, width: f32) -> vec2<f32> {
  // project.viewportSize should be provided as a uniform (not shown here)
  let dir_screenspace = normalize(line_clipspace * project.viewportSize);
  // Rotate by 90°: (x,y) becomes (-y,x)
  let rotated = vec2<f32>(-dir_screenspace.y, dir_screenspace.x);
  return rotated * offset_direction * width / 2.0;
}

// Splits the line between two points at a given x coordinate.
// Interpolates the y and z components.
fn splitLine(a: vec3<f32>, b: vec3<f32>, x: f32) -> vec3<f32> {
  let t: f32 = (x - a.x) / (b.x - a.x);
  return vec3<f32>(x, a.yz + t * (b.yz - a.yz));
}

// ---------- Uniforms & Global Structures ----------

struct LineUniforms {
  widthScale: f32,
  widthMinPixels: f32,
  widthMaxPixels: f32,
  useShortestPath: f32,
  widthUnits: i32,
};

@group(0) @binding(0)
var<uniform> line: LineUniforms;



// ---------- Vertex Output Structure ----------

struct Varyings {
  @builtin(position) gl_Position: vec4<f32>,
  @location(0) vColor: vec4<f32>,
  @location(1) uv: vec2<f32>,
  @location(2) pickingColor: vec3<f32>,
};

// ---------- Vertex Shader Entry Point ----------

@vertex
fn vertexMain(
  @builtin(instance_index) instanceIndex: u32,
  @location(0) positions: vec3<f32>,
  @location(1) instanceSourcePositions: vec3<f32>,
  @location(2) instanceTargetPositions: vec3<f32>,
  @location(3) instanceSourcePositions64Low: vec3<f32>,
  @location(4) instanceTargetPositions64Low: vec3<f32>,
  @location(5) instanceColors: vec4<f32>,
  @location(6) instanceWidths: f32
) -> Varyings {
  geometry.worldPosition = instanceSourcePositions;
  geometry.worldPositionAlt = instanceTargetPositions;

  var source_world: vec3<f32> = instanceSourcePositions;
  var target_world: vec3<f32> = instanceTargetPositions;
  var source_world_64low: vec3<f32> = instanceSourcePositions64Low;
  var target_world_64low: vec3<f32> = instanceTargetPositions64Low;

  // Apply shortest-path adjustments if needed.
  if (line.useShortestPath > 0.5 || line.useShortestPath < -0.5) {
    source_world.x = (source_world.x + 180.0 % 360.0) - 180.0;
    target_world.x = (target_world.x + 180.0 % 360.0) - 180.0;
    let deltaLng: f32 = target_world.x - source_world.x;

    if (deltaLng * line.useShortestPath > 180.0) {
      source_world.x = source_world.x + 360.0 * line.useShortestPath;
      source_world = splitLine(source_world, target_world, 180.0 * line.useShortestPath);
      source_world_64low = vec3<f32>(0.0, 0.0, 0.0);
    } else if (deltaLng * line.useShortestPath < -180.0) {
      target_world.x = target_world.x + 360.0 * line.useShortestPath;
      target_world = splitLine(source_world, target_world, 180.0 * line.useShortestPath);
      target_world_64low = vec3<f32>(0.0, 0.0, 0.0);
    } else if (line.useShortestPath < 0.0) {
      var abortOut: Varyings;
      abortOut.gl_Position = vec4<f32>(0.0);
      abortOut.vColor = vec4<f32>(0.0);
      abortOut.uv = vec2<f32>(0.0);
      return abortOut;
    }
  }

  // Project Pos and target positions to clip space.
  let sourceResult = project_position_to_clipspace_and_commonspace(source_world, source_world_64low, vec3<f32>(0.0));
  let targetResult = project_position_to_clipspace_and_commonspace(target_world, target_world_64low, vec3<f32>(0.0));
  let sourcePos: vec4<f32> = sourceResult.clipPosition;
  let targetPos: vec4<f32> = targetResult.clipPosition;
  let source_commonspace: vec4<f32> = sourceResult.commonPosition;
  let target_commonspace: vec4<f32> = targetResult.commonPosition;

  // Interpolate along the line segment.
  let segmentIndex: f32 = positions.x;
  let p: vec4<f32> = sourcePos + segmentIndex * (targetPos - sourcePos);
  geometry.position = source_commonspace + segmentIndex * (target_commonspace - source_commonspace);
#ifdef ANTIALIASING
  var uv: vec2<f32> = positions.xy;
#else
  let uv: vec2<f32> = positions.xy;
#endif
  geometry.uv = uv;
  geometry.pickingColor = picking_getPickingColorFromIndex(instanceIndex);

  // Determine width in pixels.
  let widthPixels: f32 = clamp(
    project_unit_size_to_pixel(instanceWidths * line.widthScale, line.widthUnits),
    line.widthMinPixels, line.widthMaxPixels
  );

  // Compute extrusion offset.
  let extrusion: vec2<f32> = getExtrusionOffset(targetPos.xy - sourcePos.xy, positions.y, widthPixels);
  let offset: vec3<f32> = vec3<f32>(extrusion, 0.0);

  // Apply deck.gl filter functions.
#ifdef ANTIALIASING
  var filteredOffset = deckgl_filter_size(offset, geometry);
  let halfWidthPixels = length(filteredOffset.xy);
  if (halfWidthPixels > 0.0) {
    // Keep the declared edge at abs(uv.y) == 1 while rasterizing the outer half of the centered
    // one-device-pixel coverage ramp.
    let coverageScale = 1.0 + 0.5 / project.devicePixelRatio / halfWidthPixels;
    filteredOffset *= coverageScale;
    uv.y *= coverageScale;
  }
  geometry.uv = uv;
#else
  let filteredOffset = deckgl_filter_size(offset, geometry);
#endif
  let filteredP = deckgl_filter_gl_position(p, geometry);

  let clipOffset: vec2<f32> = project_pixel_size_to_clipspace(filteredOffset.xy);
  let finalPosition: vec4<f32> = filteredP + vec4<f32>(clipOffset, 0.0, 0.0);

  // Compute color.
  var vColor: vec4<f32> = vec4<f32>(instanceColors.rgb, instanceColors.a * layer.opacity);
  // vColor = deckgl_filter_color(vColor, geometry);

  var output: Varyings;
  output.gl_Position = finalPosition;
  output.vColor = vColor;
  output.uv = uv;
  output.pickingColor = geometry.pickingColor;
  return output;
}

@fragment
fn fragmentMain(
  @location(0) vColor: vec4<f32>,
  @location(1) uv: vec2<f32>,
  @location(2) pickingColor: vec3<f32>
) -> @location(0) vec4<f32> {
  // Create and initialize geometry with the provided uv.
  var geometry: Geometry;
  geometry.uv = uv;

  // Start with the input color.
  var fragColor: vec4<f32> = vColor;

#ifdef ANTIALIASING
  // Distance to the edge in device pixels, from the derivative of uv.y. Taken in uniform control
  // flow, ahead of the picking discard below
  let edgeCoord = abs(uv.y);
  let edgePixels = (1.0 - edgeCoord) / max(fwidth(edgeCoord), 1e-6);

  // Fragments outside the coverage ramp must not write depth or picking colors.
  if (edgePixels <= -SMOOTH_EDGE_RADIUS) {
    discard;
  }

  // Feather one device pixel across the width, before premultiplication below. The ends are left
  // hard - they abut neighbors
  fragColor.a *= smoothedge(0.0, edgePixels);
#endif

  if (picking.isActive > 0.5) {
    if (!picking_isColorValid(pickingColor)) {
      discard;
    }
    return vec4<f32>(pickingColor, 1.0);
  }

  if (picking.isHighlightActive > 0.5) {
    let highlightedObjectColor = picking_normalizeColor(picking.highlightedObjectColor);
    if (picking_isColorZero(abs(pickingColor - highlightedObjectColor))) {
      let highLightAlpha = picking.highlightColor.a;
      let blendedAlpha = highLightAlpha + fragColor.a * (1.0 - highLightAlpha);
      if (blendedAlpha > 0.0) {
        let highLightRatio = highLightAlpha / blendedAlpha;
        fragColor = vec4<f32>(
          mix(fragColor.rgb, picking.highlightColor.rgb, highLightRatio),
          blendedAlpha
        );
      } else {
        fragColor = vec4<f32>(fragColor.rgb, 0.0);
      }
    }
  }

  // Apply premultiplied alpha as required by transparent canvas
  fragColor = deckgl_premultiplied_alpha(fragColor);

  return fragColor;
}
`,Wt=`#version 300 es
#define SHADER_NAME line-layer-vertex-shader
in vec3 positions;
in vec3 instanceSourcePositions;
in vec3 instanceTargetPositions;
in vec3 instanceSourcePositions64Low;
in vec3 instanceTargetPositions64Low;
in vec4 instanceColors;
in float instanceWidths;
out vec4 vColor;
out vec2 uv;
vec2 getExtrusionOffset(vec2 line_clipspace, float offset_direction, float width) {
vec2 dir_screenspace = normalize(line_clipspace * project.viewportSize);
dir_screenspace = vec2(-dir_screenspace.y, dir_screenspace.x);
return dir_screenspace * offset_direction * width / 2.0;
}
vec3 splitLine(vec3 a, vec3 b, float x) {
float t = (x - a.x) / (b.x - a.x);
return vec3(x, mix(a.yz, b.yz, t));
}
void main(void) {
geometry.worldPosition = instanceSourcePositions;
geometry.worldPositionAlt = instanceTargetPositions;
vec3 source_world = instanceSourcePositions;
vec3 target_world = instanceTargetPositions;
vec3 source_world_64low = instanceSourcePositions64Low;
vec3 target_world_64low = instanceTargetPositions64Low;
if (line.useShortestPath > 0.5 || line.useShortestPath < -0.5) {
source_world.x = mod(source_world.x + 180., 360.0) - 180.;
target_world.x = mod(target_world.x + 180., 360.0) - 180.;
float deltaLng = target_world.x - source_world.x;
if (deltaLng * line.useShortestPath > 180.) {
source_world.x += 360. * line.useShortestPath;
source_world = splitLine(source_world, target_world, 180. * line.useShortestPath);
source_world_64low = vec3(0.0);
} else if (deltaLng * line.useShortestPath < -180.) {
target_world.x += 360. * line.useShortestPath;
target_world = splitLine(source_world, target_world, 180. * line.useShortestPath);
target_world_64low = vec3(0.0);
} else if (line.useShortestPath < 0.) {
gl_Position = vec4(0.);
return;
}
}
vec4 source_commonspace;
vec4 target_commonspace;
vec4 source = project_position_to_clipspace(source_world, source_world_64low, vec3(0.), source_commonspace);
vec4 target = project_position_to_clipspace(target_world, target_world_64low, vec3(0.), target_commonspace);
float segmentIndex = positions.x;
vec4 p = mix(source, target, segmentIndex);
geometry.position = mix(source_commonspace, target_commonspace, segmentIndex);
uv = positions.xy;
geometry.uv = uv;
geometry.pickingColor = picking_getPickingColorFromInstanceID();
float widthPixels = clamp(
project_size_to_pixel(instanceWidths * line.widthScale, line.widthUnits),
line.widthMinPixels, line.widthMaxPixels
);
vec3 offset = vec3(
getExtrusionOffset(target.xy - source.xy, positions.y, widthPixels),
0.0);
DECKGL_FILTER_SIZE(offset, geometry);
#ifdef ANTIALIASING
float halfWidthPixels = length(offset.xy);
if (halfWidthPixels > 0.0) {
float coverageScale = 1.0 + 0.5 / project.devicePixelRatio / halfWidthPixels;
offset.xy *= coverageScale;
uv.y *= coverageScale;
}
geometry.uv = uv;
#endif
DECKGL_FILTER_GL_POSITION(p, geometry);
gl_Position = p + vec4(project_pixel_size_to_clipspace(offset.xy), 0.0, 0.0);
vColor = vec4(instanceColors.rgb, instanceColors.a * layer.opacity);
DECKGL_FILTER_COLOR(vColor, geometry);
}
`,Nt=`#version 300 es
#define SHADER_NAME line-layer-fragment-shader
precision highp float;
in vec4 vColor;
in vec2 uv;
out vec4 fragColor;
void main(void) {
geometry.uv = uv;
fragColor = vColor;
#ifdef ANTIALIASING
float edgeCoord = abs(uv.y);
float edgePixels = (1.0 - edgeCoord) / max(fwidth(edgeCoord), 1e-6);
if (edgePixels <= -SMOOTH_EDGE_RADIUS) {
discard;
}
fragColor.a *= smoothedge(0.0, edgePixels);
#endif
DECKGL_FILTER_COLOR(fragColor, geometry);
}
`,Dt=[0,0,0,255],Ut={getSourcePosition:{type:"accessor",value:r=>r.sourcePosition},getTargetPosition:{type:"accessor",value:r=>r.targetPosition},getColor:{type:"accessor",value:Dt},getWidth:{type:"accessor",value:1},widthUnits:"pixels",widthScale:{type:"number",value:1,min:0},widthMinPixels:{type:"number",value:0,min:0},widthMaxPixels:{type:"number",value:Number.MAX_SAFE_INTEGER,min:0},antialiasing:!1};class pe extends re{getBounds(){return this.getAttributeManager()?.getBounds(["instanceSourcePositions","instanceTargetPositions"])}getShaders(){const{antialiasing:e}=this.props;return super.getShaders({vs:Wt,fs:Nt,source:Bt,defines:e?{ANTIALIASING:1}:{},modules:[ae,le,ce,Ft]})}get wrapLongitude(){return!1}initializeState(){this.getAttributeManager().addInstanced({instanceSourcePositions:{size:3,type:"float64",fp64:this.use64bitPositions(),transition:!0,accessor:"getSourcePosition"},instanceTargetPositions:{size:3,type:"float64",fp64:this.use64bitPositions(),transition:!0,accessor:"getTargetPosition"},instanceColors:{size:this.props.colorFormat.length,type:"unorm8",transition:!0,accessor:"getColor",defaultValue:[0,0,0,255]},instanceWidths:{size:1,transition:!0,accessor:"getWidth",defaultValue:1}})}updateState(e){super.updateState(e);const{props:t,oldProps:i,changeFlags:s}=e;(s.extensionsChanged||t.antialiasing!==i.antialiasing)&&(this.state.model?.destroy(),this.state.model=this._getModel(),this.getAttributeManager().invalidateAll())}draw({uniforms:e}){const{widthUnits:t,widthScale:i,widthMinPixels:s,widthMaxPixels:o,wrapLongitude:n}=this.props,l=this.state.model,a={widthUnits:Z[t],widthScale:i,widthMinPixels:s,widthMaxPixels:o,useShortestPath:n?1:0};l.shaderInputs.setProps({line:a}),l.draw(this.context.renderPass),n&&(l.shaderInputs.setProps({line:{...a,useShortestPath:-1}}),l.draw(this.context.renderPass))}_getModel(){const e=[0,-1,0,0,1,0,1,-1,0,1,1,0];return new de(this.context.device,{...this.getShaders(),id:this.props.id,bufferLayout:this.getAttributeManager().getBufferLayouts(),geometry:new fe({topology:"triangle-strip",attributes:{positions:{size:3,value:new Float32Array(e)}}}),isInstanced:!0})}}pe.layerName="LineLayer";pe.defaultProps=Ut;const Re=`layout(std140) uniform scatterplotUniforms {
  float radiusScale;
  float radiusMinPixels;
  float radiusMaxPixels;
  float lineWidthScale;
  float lineWidthMinPixels;
  float lineWidthMaxPixels;
  float stroked;
  float filled;
  bool antialiasing;
  bool billboard;
  highp int radiusUnits;
  highp int lineWidthUnits;
} scatterplot;
`,$t={name:"scatterplot",vs:Re,fs:Re,source:"",uniformTypes:{radiusScale:"f32",radiusMinPixels:"f32",radiusMaxPixels:"f32",lineWidthScale:"f32",lineWidthMinPixels:"f32",lineWidthMaxPixels:"f32",stroked:"f32",filled:"f32",antialiasing:"f32",billboard:"f32",radiusUnits:"i32",lineWidthUnits:"i32"}},Gt=`#version 300 es
#define SHADER_NAME scatterplot-layer-vertex-shader
in vec3 positions;
in vec3 instancePositions;
in vec3 instancePositions64Low;
in float instanceRadius;
in float instanceLineWidths;
in vec4 instanceFillColors;
in vec4 instanceLineColors;
#ifdef USE_ROW_INDEXES
in float rowIndexes;
#endif
in vec2 instancePixelOffset;
out vec4 vFillColor;
out vec4 vLineColor;
out vec2 unitPosition;
out float innerUnitRadius;
out float outerRadiusPixels;
void main(void) {
geometry.worldPosition = instancePositions;
outerRadiusPixels = clamp(
project_size_to_pixel(scatterplot.radiusScale * instanceRadius, scatterplot.radiusUnits),
scatterplot.radiusMinPixels, scatterplot.radiusMaxPixels
);
float lineWidthPixels = clamp(
project_size_to_pixel(scatterplot.lineWidthScale * instanceLineWidths, scatterplot.lineWidthUnits),
scatterplot.lineWidthMinPixels, scatterplot.lineWidthMaxPixels
);
outerRadiusPixels += scatterplot.stroked * lineWidthPixels / 2.0;
float edgePadding = scatterplot.antialiasing ? (outerRadiusPixels + SMOOTH_EDGE_RADIUS) / outerRadiusPixels : 1.0;
unitPosition = edgePadding * positions.xy;
geometry.uv = unitPosition;
#ifdef USE_ROW_INDEXES
geometry.pickingColor = picking_getPickingColorFromIndex(rowIndexes);
#else
geometry.pickingColor = picking_getPickingColorFromInstanceID();
#endif
innerUnitRadius = 1.0 - scatterplot.stroked * lineWidthPixels / outerRadiusPixels;
if (scatterplot.billboard) {
gl_Position = project_position_to_clipspace(instancePositions, instancePositions64Low, vec3(0.0), geometry.position);
DECKGL_FILTER_GL_POSITION(gl_Position, geometry);
vec3 offset = edgePadding * positions * outerRadiusPixels;
offset.xy += instancePixelOffset;
DECKGL_FILTER_SIZE(offset, geometry);
gl_Position.xy += project_pixel_size_to_clipspace(offset.xy);
} else {
vec3 offset = edgePadding * positions * project_pixel_size(outerRadiusPixels);
offset.xy += project_pixel_size(instancePixelOffset);
DECKGL_FILTER_SIZE(offset, geometry);
gl_Position = project_position_to_clipspace(instancePositions, instancePositions64Low, offset, geometry.position);
DECKGL_FILTER_GL_POSITION(gl_Position, geometry);
}
vFillColor = vec4(instanceFillColors.rgb, instanceFillColors.a * layer.opacity);
DECKGL_FILTER_COLOR(vFillColor, geometry);
vLineColor = vec4(instanceLineColors.rgb, instanceLineColors.a * layer.opacity);
DECKGL_FILTER_COLOR(vLineColor, geometry);
}
`,jt=`#version 300 es
#define SHADER_NAME scatterplot-layer-fragment-shader
precision highp float;
in vec4 vFillColor;
in vec4 vLineColor;
in vec2 unitPosition;
in float innerUnitRadius;
in float outerRadiusPixels;
out vec4 fragColor;
void main(void) {
geometry.uv = unitPosition;
float distToCenter = length(unitPosition) * outerRadiusPixels;
float inCircle = scatterplot.antialiasing ?
smoothedge(distToCenter, outerRadiusPixels) :
step(distToCenter, outerRadiusPixels);
if (inCircle == 0.0) {
discard;
}
if (scatterplot.stroked > 0.5) {
float isLine = scatterplot.antialiasing ?
smoothedge(innerUnitRadius * outerRadiusPixels, distToCenter) :
step(innerUnitRadius * outerRadiusPixels, distToCenter);
if (scatterplot.filled > 0.5) {
fragColor = mix(vFillColor, vLineColor, isLine);
} else {
if (isLine == 0.0) {
discard;
}
fragColor = vec4(vLineColor.rgb, vLineColor.a * isLine);
}
} else if (scatterplot.filled < 0.5) {
discard;
} else {
fragColor = vFillColor;
}
fragColor.a *= inCircle;
DECKGL_FILTER_COLOR(fragColor, geometry);
}
`,Vt=`// Main shaders

struct ScatterplotUniforms {
  radiusScale: f32,
  radiusMinPixels: f32,
  radiusMaxPixels: f32,
  lineWidthScale: f32,
  lineWidthMinPixels: f32,
  lineWidthMaxPixels: f32,
  stroked: f32,
  filled: i32,
  antialiasing: i32,
  billboard: i32,
  radiusUnits: i32,
  lineWidthUnits: i32,
};

@group(0) @binding(0) var<uniform> scatterplot: ScatterplotUniforms;

struct Attributes {
  @builtin(instance_index) instanceIndex : u32,
  @builtin(vertex_index) vertexIndex : u32,
  @location(0) positions: vec3<f32>,
  @location(1) instancePositions: vec3<f32>,
  @location(2) instancePositions64Low: vec3<f32>,
  @location(3) instanceRadius: f32,
  @location(4) instanceLineWidths: f32,
  @location(5) instanceFillColors: vec4<f32>,
  @location(6) instanceLineColors: vec4<f32>,
  @location(7) instancePixelOffset: vec2<f32>,
  PICKING_COLOR_ATTRIBUTE
};

struct Varyings {
  @builtin(position) position: vec4<f32>,
  @location(0) vFillColor: vec4<f32>,
  @location(1) vLineColor: vec4<f32>,
  @location(2) unitPosition: vec2<f32>,
  @location(3) innerUnitRadius: f32,
  @location(4) outerRadiusPixels: f32,
  @location(5) pickingColor: vec3<f32>,
  @location(6) clipCoordinates: vec2<f32>,
};

@vertex
fn vertexMain(attributes: Attributes) -> Varyings {
  var varyings: Varyings;

  // Draw an inline geometry constant array clip space triangle to verify that rendering works.
  // var positions = array<vec2<f32>, 3>(vec2(0.0, 0.5), vec2(-0.5, -0.5), vec2(0.5, -0.5));
  // if (attributes.instanceIndex == 0) {
  //   varyings.position = vec4<f32>(positions[attributes.vertexIndex], 0.0, 1.0);
  //   return varyings;
  // }

  geometry.worldPosition = attributes.instancePositions;

  // Multiply out radius and clamp to limits
  varyings.outerRadiusPixels = clamp(
    project_unit_size_to_pixel(scatterplot.radiusScale * attributes.instanceRadius, scatterplot.radiusUnits),
    scatterplot.radiusMinPixels, scatterplot.radiusMaxPixels
  );

  // Multiply out line width and clamp to limits
  let lineWidthPixels = clamp(
    project_unit_size_to_pixel(scatterplot.lineWidthScale * attributes.instanceLineWidths, scatterplot.lineWidthUnits),
    scatterplot.lineWidthMinPixels, scatterplot.lineWidthMaxPixels
  );

  // outer radius needs to offset by half stroke width
  varyings.outerRadiusPixels += scatterplot.stroked * lineWidthPixels / 2.0;
  // Expand geometry to accommodate edge smoothing
  // WGSL selects the second value when the condition is true, so keep the antialiased path second.
  let edgePadding = select(
    1.0,
    (varyings.outerRadiusPixels + SMOOTH_EDGE_RADIUS) / varyings.outerRadiusPixels,
    scatterplot.antialiasing != 0
  );

  // position on the containing square in [-1, 1] space
  varyings.unitPosition = edgePadding * attributes.positions.xy;
  geometry.uv = varyings.unitPosition;
  geometry.pickingColor = PICKING_COLOR_VALUE;

  varyings.innerUnitRadius = 1.0 - scatterplot.stroked * lineWidthPixels / varyings.outerRadiusPixels;

  if (scatterplot.billboard != 0) {
    let projectedPosition = project_position_to_clipspace_and_commonspace(
      attributes.instancePositions,
      attributes.instancePositions64Low,
      vec3<f32>(0.0)
    );
    geometry.position = projectedPosition.commonPosition;
    varyings.position = projectedPosition.clipPosition;
    // DECKGL_FILTER_GL_POSITION(varyings.position, geometry);
    var offset = edgePadding * attributes.positions * varyings.outerRadiusPixels;
    offset = vec3<f32>(offset.xy + attributes.instancePixelOffset, offset.z);
    // DECKGL_FILTER_SIZE(offset, geometry);
    let clipPixels = project_pixel_size_to_clipspace(offset.xy);
    varyings.position = vec4<f32>(varyings.position.x + clipPixels.x, varyings.position.y + clipPixels.y, varyings.position.z, varyings.position.w);
    geometry.position = vec4<f32>(
      geometry.position.xy + project_pixel_size_vec2(offset.xy),
      geometry.position.zw
    );
  } else {
    var offset = edgePadding * attributes.positions * project_pixel_size_float(varyings.outerRadiusPixels);
    offset = vec3<f32>(offset.xy + project_pixel_size_vec2(attributes.instancePixelOffset), offset.z);
    // DECKGL_FILTER_SIZE(offset, geometry);
    let projectedPosition = project_position_to_clipspace_and_commonspace(
      attributes.instancePositions,
      attributes.instancePositions64Low,
      offset
    );
    geometry.position = projectedPosition.commonPosition;
    varyings.position = projectedPosition.clipPosition;
    // DECKGL_FILTER_GL_POSITION(varyings.position, geometry);
  }

  varyings.clipCoordinates = geometry.position.xy;
  clip_filterPosition(&varyings.position, geometry.worldPosition.xy);

  // Apply opacity to instance color, or return instance picking color
  varyings.vFillColor = vec4<f32>(attributes.instanceFillColors.rgb, attributes.instanceFillColors.a * layer.opacity);
  // DECKGL_FILTER_COLOR(varyings.vFillColor, geometry);
  varyings.vLineColor = vec4<f32>(attributes.instanceLineColors.rgb, attributes.instanceLineColors.a * layer.opacity);
  // DECKGL_FILTER_COLOR(varyings.vLineColor, geometry);
  varyings.pickingColor = geometry.pickingColor;

  return varyings;
}

@fragment
fn fragmentMain(varyings: Varyings) -> @location(0) vec4<f32> {
  // var geometry: Geometry;
  // geometry.uv = unitPosition;

  let distToCenter = length(varyings.unitPosition) * varyings.outerRadiusPixels;
  let inCircle = select(
    step(distToCenter, varyings.outerRadiusPixels),
    smoothedge(distToCenter, varyings.outerRadiusPixels),
    scatterplot.antialiasing != 0
  );

  if (inCircle == 0.0) {
    discard;
  }

  var fragColor: vec4<f32>;

  if (scatterplot.stroked != 0) {
    let isLine = select(
      step(varyings.innerUnitRadius * varyings.outerRadiusPixels, distToCenter),
      smoothedge(varyings.innerUnitRadius * varyings.outerRadiusPixels, distToCenter),
      scatterplot.antialiasing != 0
    );

    if (scatterplot.filled != 0) {
      fragColor = mix(varyings.vFillColor, varyings.vLineColor, isLine);
    } else {
      if (isLine == 0.0) {
        discard;
      }
      fragColor = vec4<f32>(varyings.vLineColor.rgb, varyings.vLineColor.a * isLine);
    }
  } else if (scatterplot.filled == 0) {
    discard;
  } else {
    fragColor = varyings.vFillColor;
  }

  fragColor.a *= inCircle;

  clip_filterColor(varyings.clipCoordinates);

  if (picking.isActive > 0.5) {
    if (!picking_isColorValid(varyings.pickingColor)) {
      discard;
    }
    return vec4<f32>(varyings.pickingColor, 1.0);
  }

  if (picking.isHighlightActive > 0.5) {
    let highlightedObjectColor = picking_normalizeColor(picking.highlightedObjectColor);
    if (picking_isColorZero(abs(varyings.pickingColor - highlightedObjectColor))) {
      let highLightAlpha = picking.highlightColor.a;
      let blendedAlpha = highLightAlpha + fragColor.a * (1.0 - highLightAlpha);
      if (blendedAlpha > 0.0) {
        let highLightRatio = highLightAlpha / blendedAlpha;
        fragColor = vec4<f32>(
          mix(fragColor.rgb, picking.highlightColor.rgb, highLightRatio),
          blendedAlpha
        );
      } else {
        fragColor = vec4<f32>(fragColor.rgb, 0.0);
      }
    }
  }

  // Apply premultiplied alpha as required by transparent canvas
  fragColor = deckgl_premultiplied_alpha(fragColor);

  return fragColor;
  // return vec4<f32>(0, 0, 1, 1);
}
`;function Ht(r){return Vt.replace("PICKING_COLOR_ATTRIBUTE",r?"@location(8) rowIndexes: u32,":"").replace("PICKING_COLOR_VALUE",r?"picking_getPickingColorFromIndex(attributes.rowIndexes)":"picking_getPickingColorFromIndex(attributes.instanceIndex)")}const Ee=[0,0,0,255],Kt={radiusUnits:"meters",radiusScale:{type:"number",min:0,value:1},radiusMinPixels:{type:"number",min:0,value:0},radiusMaxPixels:{type:"number",min:0,value:Number.MAX_SAFE_INTEGER},lineWidthUnits:"meters",lineWidthScale:{type:"number",min:0,value:1},lineWidthMinPixels:{type:"number",min:0,value:0},lineWidthMaxPixels:{type:"number",min:0,value:Number.MAX_SAFE_INTEGER},stroked:!1,filled:!0,billboard:!1,antialiasing:!0,getPosition:{type:"accessor",value:r=>r.position},getRadius:{type:"accessor",value:1},getFillColor:{type:"accessor",value:Ee},getLineColor:{type:"accessor",value:Ee},getLineWidth:{type:"accessor",value:1},getPixelOffset:{type:"accessor",value:[0,0]},strokeWidth:{deprecatedFor:"getLineWidth"},outline:{deprecatedFor:"stroked"},getColor:{deprecatedFor:["getFillColor","getLineColor"]}};class N extends re{getShaders(){const e=!!this.props.data?.attributes?.rowIndexes;return super.getShaders({vs:Gt,fs:jt,source:Ht(e),defines:e?{USE_ROW_INDEXES:!0}:{},modules:[ae,le,ce,$t,...this.context.device.type==="webgpu"?[pt]:[]]})}initializeState(){const e=this.props.data?.attributes?.rowIndexes?{rowIndexes:{size:1,type:"uint32",noAlloc:!0}}:{};this.getAttributeManager().addInstanced({instancePositions:{size:3,type:"float64",fp64:this.use64bitPositions(),transition:!0,accessor:"getPosition"},instanceRadius:{size:1,transition:!0,accessor:"getRadius",defaultValue:1,bufferGroup:"scatterplot-instance-data"},instanceFillColors:{size:this.props.colorFormat.length,transition:!0,type:"unorm8",accessor:"getFillColor",defaultValue:[0,0,0,255],bufferGroup:"scatterplot-instance-data"},instanceLineColors:{size:this.props.colorFormat.length,transition:!0,type:"unorm8",accessor:"getLineColor",defaultValue:[0,0,0,255],bufferGroup:"scatterplot-instance-data"},instanceLineWidths:{size:1,transition:!0,accessor:"getLineWidth",defaultValue:1,bufferGroup:"scatterplot-instance-data"},instancePixelOffset:{size:2,transition:!0,accessor:"getPixelOffset",bufferGroup:"scatterplot-instance-data"},...e})}updateState(e){super.updateState(e),e.changeFlags.extensionsChanged&&(this.state.model?.destroy(),this.state.model=this._getModel(),this.getAttributeManager().invalidateAll())}draw({uniforms:e}){const{radiusUnits:t,radiusScale:i,radiusMinPixels:s,radiusMaxPixels:o,stroked:n,filled:l,billboard:a,antialiasing:f,lineWidthUnits:c,lineWidthScale:p,lineWidthMinPixels:g,lineWidthMaxPixels:h}=this.props,d={stroked:n,filled:l,billboard:a,antialiasing:f,radiusUnits:Z[t],radiusScale:i,radiusMinPixels:s,radiusMaxPixels:o,lineWidthUnits:Z[c],lineWidthScale:p,lineWidthMinPixels:g,lineWidthMaxPixels:h},m=this.state.model;m.shaderInputs.setProps({scatterplot:d}),m.draw(this.context.renderPass)}_getModel(){const e=[-1,-1,0,1,-1,0,-1,1,0,1,1,0];return new de(this.context.device,{...this.getShaders(),id:this.props.id,bufferLayout:this.getAttributeManager().getBufferLayouts(),geometry:new fe({topology:"triangle-strip",attributes:{positions:{size:3,value:new Float32Array(e)}}}),isInstanced:!0})}}N.defaultProps=Kt;N.layerName="ScatterplotLayer";const Fe=`layout(std140) uniform sdfUniforms {
  float gamma;
  bool enabled;
  float buffer;
  float outlineBuffer;
  vec4 outlineColor;
} sdf;
`,qt={name:"sdf",vs:Fe,fs:Fe,uniformTypes:{gamma:"f32",enabled:"f32",buffer:"f32",outlineBuffer:"f32",outlineColor:"vec4<f32>"}},X={none:0,start:1,center:2,end:3},Xt=`layout(std140) uniform textUniforms {
  highp vec2 cutoffPixels;
  highp ivec2 align;
  highp float fontSize;
  bool flipY;
} text;

#define ALIGN_MODE_START ${X.start}
#define ALIGN_MODE_CENTER ${X.center}
#define ALIGN_MODE_END ${X.end}
`,Qe={name:"text",vs:Xt,getUniforms:({contentCutoffPixels:r=[0,0],contentAlignHorizontal:e="none",contentAlignVertical:t="none",fontSize:i,viewport:s})=>({cutoffPixels:r,align:[X[e],X[t]],fontSize:i,flipY:s?.flipY??!1}),uniformTypes:{cutoffPixels:"vec2<f32>",align:"vec2<i32>",fontSize:"f32",flipY:"f32"}},Yt=`#version 300 es
#define SHADER_NAME multi-icon-layer-vertex-shader
in vec2 positions;
in vec3 instancePositions;
in vec3 instancePositions64Low;
in float instanceSizes;
in float instanceAngles;
in vec4 instanceColors;
in float rowIndexes;
in vec4 instanceIconFrames;
in float instanceColorModes;
in vec2 instanceOffsets;
in vec2 instancePixelOffset;
in vec4 instanceClipRect;
out float vColorMode;
out vec4 vColor;
out vec2 vTextureCoords;
out vec2 uv;
vec2 rotate_by_angle(vec2 vertex, float angle) {
float angle_radian = angle * PI / 180.0;
float cos_angle = cos(angle_radian);
float sin_angle = sin(angle_radian);
mat2 rotationMatrix = mat2(cos_angle, -sin_angle, sin_angle, cos_angle);
return rotationMatrix * vertex;
}
float getPixelOffsetFromAlignment(float anchor, float extent, float clipStart, float clipEnd, int mode) {
if (clipEnd < clipStart) return 0.0;
if (mode == ALIGN_MODE_START) {
return max(- (anchor + clipStart), 0.0);
}
if (mode == ALIGN_MODE_CENTER) {
float _min = max(0., anchor + clipStart);
float _max = min(extent, anchor + clipEnd);
return _min < _max ? (_min + _max) / 2.0 - anchor : 0.0;
}
if (mode == ALIGN_MODE_END) {
return min(extent - (anchor + clipEnd), 0.);
}
return 0.0;
}
void main(void) {
geometry.worldPosition = instancePositions;
geometry.uv = positions;
geometry.pickingColor = picking_getPickingColorFromIndex(rowIndexes);
uv = positions;
vec2 iconSize = instanceIconFrames.zw;
float sizePixels = clamp(
project_size_to_pixel(instanceSizes * icon.sizeScale, icon.sizeUnits),
icon.sizeMinPixels, icon.sizeMaxPixels
);
float instanceScale = sizePixels / text.fontSize;
vec2 pixelOffset = positions / 2.0 * iconSize + instanceOffsets;
pixelOffset = rotate_by_angle(pixelOffset, instanceAngles) * instanceScale;
pixelOffset += instancePixelOffset;
pixelOffset.y *= -1.0;
vec2 anchorPosScreen;
if (icon.billboard)  {
gl_Position = project_position_to_clipspace(instancePositions, instancePositions64Low, vec3(0.0), geometry.position);
anchorPosScreen = gl_Position.xy / gl_Position.w;
DECKGL_FILTER_GL_POSITION(gl_Position, geometry);
vec3 offset = vec3(pixelOffset, 0.0);
DECKGL_FILTER_SIZE(offset, geometry);
gl_Position.xy += project_pixel_size_to_clipspace(offset.xy);
} else {
vec3 offset_common = vec3(project_pixel_size(pixelOffset), 0.0);
if (text.flipY) {
offset_common.y *= -1.;
}
DECKGL_FILTER_SIZE(offset_common, geometry);
vec4 anchorPos = project_position_to_clipspace(instancePositions, instancePositions64Low, vec3(0.0));
anchorPosScreen = anchorPos.xy / anchorPos.w;
gl_Position = project_position_to_clipspace(instancePositions, instancePositions64Low, offset_common, geometry.position);
DECKGL_FILTER_GL_POSITION(gl_Position, geometry);
}
anchorPosScreen = vec2(anchorPosScreen.x + 1.0, 1.0 - anchorPosScreen.y) / 2.0 * project.viewportSize / project.devicePixelRatio;
vec2 xy = project_size_to_pixel(instanceClipRect.xy);
vec2 wh = project_size_to_pixel(instanceClipRect.zw);
if (text.flipY) {
xy.y = -xy.y - wh.y;
}
if (text.align.x > 0 || text.align.y > 0) {
vec2 viewportPixels = project.viewportSize / project.devicePixelRatio;
vec2 scrollPixels = vec2(
getPixelOffsetFromAlignment(anchorPosScreen.x, viewportPixels.x, xy.x, xy.x + wh.x, text.align.x),
-getPixelOffsetFromAlignment(anchorPosScreen.y, viewportPixels.y, -xy.y - wh.y, -xy.y, text.align.y)
);
pixelOffset += scrollPixels;
gl_Position.xy += project_pixel_size_to_clipspace(scrollPixels);
}
if (instanceClipRect.z >= 0.) {
if (pixelOffset.x < xy.x || pixelOffset.x > xy.x + wh.x) {
gl_Position = vec4(0.0);
}
else if (text.cutoffPixels.x > 0.) {
float vpWidth = project.viewportSize.x / project.devicePixelRatio;
float l = max(anchorPosScreen.x + xy.x, 0.0);
float r = min(anchorPosScreen.x + xy.x + wh.x, vpWidth);
if (r - l < text.cutoffPixels.x) {
gl_Position = vec4(0.0);
}
}
}
if (instanceClipRect.w >= 0.) {
if (pixelOffset.y < xy.y || pixelOffset.y > xy.y + wh.y) {
gl_Position = vec4(0.0);
}
else if (text.cutoffPixels.y > 0.) {
float vpHeight = project.viewportSize.y / project.devicePixelRatio;
float t = max(anchorPosScreen.y - xy.y - wh.y, 0.0);
float b = min(anchorPosScreen.y - xy.y, vpHeight);
if (b - t < text.cutoffPixels.y) {
gl_Position = vec4(0.0);
}
}
}
vTextureCoords = mix(
instanceIconFrames.xy,
instanceIconFrames.xy + iconSize,
(positions.xy + 1.0) / 2.0
) / icon.iconsTextureDim;
vColor = instanceColors;
DECKGL_FILTER_COLOR(vColor, geometry);
vColorMode = instanceColorModes;
}
`,Zt=`#version 300 es
#define SHADER_NAME multi-icon-layer-fragment-shader
precision highp float;
uniform sampler2D iconsTexture;
in vec4 vColor;
in vec2 vTextureCoords;
in vec2 uv;
out vec4 fragColor;
void main(void) {
geometry.uv = uv;
if (!bool(picking.isActive)) {
float alpha = texture(iconsTexture, vTextureCoords).a;
vec4 color = vColor;
if (sdf.enabled) {
float distance = alpha;
alpha = smoothstep(sdf.buffer - sdf.gamma, sdf.buffer + sdf.gamma, distance);
if (sdf.outlineBuffer > 0.0) {
float inFill = alpha;
float inBorder = smoothstep(sdf.outlineBuffer - sdf.gamma, sdf.outlineBuffer + sdf.gamma, distance);
color = mix(sdf.outlineColor, vColor, inFill);
alpha = inBorder;
}
}
float a = alpha * color.a;
if (a < icon.alphaCutoff) {
discard;
}
fragColor = vec4(color.rgb, a * layer.opacity);
}
DECKGL_FILTER_COLOR(fragColor, geometry);
}
`;function Jt({collision:r=!1}={}){return`struct IconUniforms {
  sizeScale: f32,
  iconsTextureDim: vec2<f32>,
  sizeBasis: f32,
  sizeMinPixels: f32,
  sizeMaxPixels: f32,
  billboard: i32,
  sizeUnits: i32,
  alphaCutoff: f32
};

struct TextUniforms {
  cutoffPixels: vec2<f32>,
  align: vec2<i32>,
  fontSize: f32,
  flipY: f32
};

struct SdfUniforms {
  gamma: f32,
  enabled: f32,
  buffer: f32,
  outlineBuffer: f32,
  outlineColor: vec4<f32>
};

${r?`struct CollisionUniforms {
  sort: i32,
  enabled: i32
};
`:""}

const ALIGN_MODE_START: i32 = 1;
const ALIGN_MODE_CENTER: i32 = 2;
const ALIGN_MODE_END: i32 = 3;

@group(0) @binding(auto) var<uniform> icon: IconUniforms;
@group(0) @binding(auto) var<uniform> text: TextUniforms;
@group(0) @binding(auto) var<uniform> sdf: SdfUniforms;
${r?"@group(0) @binding(auto) var<uniform> collision: CollisionUniforms;":""}
@group(0) @binding(auto) var iconsTexture : texture_2d<f32>;
@group(0) @binding(auto) var iconsTextureSampler : sampler;
${r?`@group(0) @binding(auto) var collision_texture : texture_2d<f32>;
`:""}

fn rotate_by_angle(vertex: vec2<f32>, angle_deg: f32) -> vec2<f32> {
  let angle_radian = angle_deg * PI / 180.0;
  let c = cos(angle_radian);
  let s = sin(angle_radian);
  let rotation = mat2x2<f32>(vec2<f32>(c, -s), vec2<f32>(s, c));
  return rotation * vertex;
}

fn get_pixel_offset_from_alignment(
  anchor: f32,
  extent: f32,
  clipStart: f32,
  clipEnd: f32,
  mode: i32
) -> f32 {
  if (clipEnd < clipStart) {
    return 0.0;
  }
  if (mode == ALIGN_MODE_START) {
    return max(-(anchor + clipStart), 0.0);
  }
  if (mode == ALIGN_MODE_CENTER) {
    let minValue = max(0.0, anchor + clipStart);
    let maxValue = min(extent, anchor + clipEnd);
    if (minValue < maxValue) {
      return (minValue + maxValue) / 2.0 - anchor;
    }
    return 0.0;
  }
  if (mode == ALIGN_MODE_END) {
    return min(extent - (anchor + clipEnd), 0.0);
  }
  return 0.0;
}

${r?`fn collision_match(texCoords: vec2<f32>, pickingColor: vec3<f32>) -> f32 {
  let textureSize = vec2<i32>(textureDimensions(collision_texture));
  let pixelCoords = clamp(
    vec2<i32>(texCoords * vec2<f32>(textureSize)),
    vec2<i32>(0),
    textureSize - vec2<i32>(1)
  );
  let collisionPickingColor = textureLoad(collision_texture, pixelCoords, 0);
  let delta = dot(abs(collisionPickingColor.rgb - pickingColor), vec3<f32>(1.0));
  return step(delta, 0.001);
}

fn collision_is_visible(texCoords: vec2<f32>, pickingColor: vec3<f32>) -> f32 {
  if (collision.enabled == 0) {
    return 1.0;
  }

  var accumulator = 0.0;
  let stepSize = vec2<f32>(1.0) / project.viewportSize;

  for (var i: i32 = -2; i <= 2; i = i + 1) {
    for (var j: i32 = -2; j <= 2; j = j + 1) {
      let delta = vec2<f32>(f32(j), f32(i)) * stepSize;
      accumulator = accumulator + collision_match(texCoords + delta, pickingColor);
    }
  }

  return pow(accumulator / 25.0, 2.2);
}
`:""}

struct Attributes {
  @location(0) positions: vec2<f32>,

  @location(1) instancePositions: vec3<f32>,
  @location(2) instancePositions64Low: vec3<f32>,
  @location(3) instanceSizes: f32,
  @location(4) instanceAngles: f32,
  @location(5) instanceColors: vec4<f32>,
  @location(6) instanceIconFrames: vec4<f32>,
  @location(7) instanceColorModes: f32,
  @location(8) instanceOffsets: vec2<f32>,
  @location(9) instancePixelOffset: vec2<f32>,
  @location(10) rowIndexes: u32,
  @location(11) instanceClipRect: vec4<f32>,
  ${r?"@location(12) collisionPriorities: f32,":""}
};

struct Varyings {
  @builtin(position) position: vec4<f32>,

  @location(0) vColorMode: f32,
  @location(1) vColor: vec4<f32>,
  @location(2) vTextureCoords: vec2<f32>,
  @location(3) uv: vec2<f32>,
  @location(4) pickingColor: vec3<f32>,
};

@vertex
fn vertexMain(inp: Attributes) -> Varyings {
  geometry.worldPosition = inp.instancePositions;
  geometry.uv = inp.positions;
  geometry.pickingColor = picking_getPickingColorFromIndex(inp.rowIndexes);

  var outp: Varyings;
  outp.uv = inp.positions;

  let iconSize = inp.instanceIconFrames.zw;

  let sizePixels = clamp(
    project_unit_size_to_pixel(inp.instanceSizes * icon.sizeScale, icon.sizeUnits),
    icon.sizeMinPixels, icon.sizeMaxPixels
  );
  let instanceScale = sizePixels / text.fontSize;

  var pixelOffset = inp.positions / 2.0 * iconSize + inp.instanceOffsets;
  pixelOffset = rotate_by_angle(pixelOffset, inp.instanceAngles) * instanceScale;
  pixelOffset = pixelOffset + inp.instancePixelOffset;
  pixelOffset.y = pixelOffset.y * -1.0;

  var pos: vec4<f32>;
  var anchorPosScreen: vec2<f32>;
  if (icon.billboard != 0) {
    pos = project_position_to_clipspace(inp.instancePositions, inp.instancePositions64Low, vec3<f32>(0.0));
    anchorPosScreen = pos.xy / pos.w;

    let clipOffset = project_pixel_size_to_clipspace(pixelOffset);
    pos = vec4<f32>(pos.x + clipOffset.x, pos.y + clipOffset.y, pos.z, pos.w);
  } else {
    var offsetCommon = vec3<f32>(project_pixel_size_vec2(pixelOffset), 0.0);
    if (text.flipY > 0.5) {
      offsetCommon.y = offsetCommon.y * -1.0;
    }
    let anchorPos = project_position_to_clipspace(inp.instancePositions, inp.instancePositions64Low, vec3<f32>(0.0));
    anchorPosScreen = anchorPos.xy / anchorPos.w;
    pos = project_position_to_clipspace(inp.instancePositions, inp.instancePositions64Low, offsetCommon);
  }

  anchorPosScreen = vec2<f32>(anchorPosScreen.x + 1.0, 1.0 - anchorPosScreen.y) / 2.0 *
    project.viewportSize / project.devicePixelRatio;
  var xy = project_size_vec2(inp.instanceClipRect.xy) * project.scale;
  var wh = project_size_vec2(inp.instanceClipRect.zw) * project.scale;

  if (text.flipY > 0.5) {
    xy.y = -xy.y - wh.y;
  }
  if (text.align.x > 0 || text.align.y > 0) {
    let viewportPixels = project.viewportSize / project.devicePixelRatio;
    let scrollPixels = vec2<f32>(
      get_pixel_offset_from_alignment(anchorPosScreen.x, viewportPixels.x, xy.x, xy.x + wh.x, text.align.x),
      -get_pixel_offset_from_alignment(anchorPosScreen.y, viewportPixels.y, -xy.y - wh.y, -xy.y, text.align.y)
    );
    pixelOffset = pixelOffset + scrollPixels;
    let scrollClipOffset = project_pixel_size_to_clipspace(scrollPixels);
    pos.x = pos.x + scrollClipOffset.x;
    pos.y = pos.y + scrollClipOffset.y;
  }

  if (inp.instanceClipRect.z >= 0.0) {
    if (pixelOffset.x < xy.x || pixelOffset.x > xy.x + wh.x) {
      pos = vec4<f32>(0.0);
    } else if (text.cutoffPixels.x > 0.0) {
      let viewportWidth = project.viewportSize.x / project.devicePixelRatio;
      let left = max(anchorPosScreen.x + xy.x, 0.0);
      let right = min(anchorPosScreen.x + xy.x + wh.x, viewportWidth);
      if (right - left < text.cutoffPixels.x) {
        pos = vec4<f32>(0.0);
      }
    }
  }
  if (inp.instanceClipRect.w >= 0.0) {
    if (pixelOffset.y < xy.y || pixelOffset.y > xy.y + wh.y) {
      pos = vec4<f32>(0.0);
    } else if (text.cutoffPixels.y > 0.0) {
      let viewportHeight = project.viewportSize.y / project.devicePixelRatio;
      let top = max(anchorPosScreen.y - xy.y - wh.y, 0.0);
      let bottom = min(anchorPosScreen.y - xy.y, viewportHeight);
      if (bottom - top < text.cutoffPixels.y) {
        pos = vec4<f32>(0.0);
      }
    }
  }

  ${r?`  if (collision.sort != 0) {
    pos.z = -0.001 * inp.collisionPriorities * pos.w;
  }
  `:""}

  let uvMix = (inp.positions.xy + vec2<f32>(1.0, 1.0)) * 0.5;
  outp.vTextureCoords = mix(inp.instanceIconFrames.xy, inp.instanceIconFrames.xy + iconSize, uvMix) / icon.iconsTextureDim;

  outp.position = pos;
  outp.vColor = inp.instanceColors;
  outp.vColorMode = inp.instanceColorModes;
  outp.pickingColor = picking_getPickingColorFromIndex(inp.rowIndexes);

  return outp;
}

@fragment
fn fragmentMain(inp: Varyings) -> @location(0) vec4<f32> {
  geometry.uv = inp.uv;

  let texColor = textureSample(iconsTexture, iconsTextureSampler, inp.vTextureCoords);
  var alpha = texColor.a;
  var color = inp.vColor;

  if (sdf.enabled > 0.5) {
    let distance = alpha;
    alpha = smoothstep(sdf.buffer - sdf.gamma, sdf.buffer + sdf.gamma, distance);

    if (sdf.outlineBuffer > 0.0) {
      let inFill = alpha;
      let inBorder = smoothstep(sdf.outlineBuffer - sdf.gamma, sdf.outlineBuffer + sdf.gamma, distance);
      color = mix(sdf.outlineColor, inp.vColor, inFill);
      alpha = inBorder;
    }
  } else if (inp.vColorMode == 0.0) {
    color = texColor;
  }

  var a = alpha * color.a * layer.opacity;
  if (a < icon.alphaCutoff) {
    discard;
  }

  if (picking.isActive > 0.5) {
    if (!picking_isColorValid(inp.pickingColor)) {
      discard;
    }
    return vec4<f32>(inp.pickingColor, 1.0);
  }

  ${r?`  let collisionFade = collision_is_visible(inp.position.xy / project.viewportSize, inp.pickingColor);
  a = a * collisionFade;
  if (a <= 0.0001) {
    discard;
  }
  `:""}

  var fragColor = deckgl_premultiplied_alpha(vec4<f32>(color.rgb, a));

  if (picking.isHighlightActive > 0.5) {
    let highlightedObjectColor = picking_normalizeColor(picking.highlightedObjectColor);
    if (picking_isColorZero(abs(inp.pickingColor - highlightedObjectColor))) {
      let highLightAlpha = picking.highlightColor.a;
      let blendedAlpha = highLightAlpha + fragColor.a * (1.0 - highLightAlpha);
      if (blendedAlpha > 0.0) {
        let highLightRatio = highLightAlpha / blendedAlpha;
        fragColor = vec4<f32>(
          mix(fragColor.rgb, picking.highlightColor.rgb, highLightRatio),
          blendedAlpha
        );
      } else {
        fragColor = vec4<f32>(fragColor.rgb, 0.0);
      }
    }
  }

  return fragColor;
}
`}const Qt=Jt(),ve=192/256,ei={getIconOffsets:{type:"accessor",value:r=>r.offsets},getContentBox:{type:"accessor",value:[0,0,-1,-1]},fontSize:1,alphaCutoff:.001,smoothing:.1,outlineWidth:0,outlineColor:{type:"color",value:[0,0,0,255]},contentCutoffPixels:{type:"array",value:[0,0]},contentAlignHorizontal:"none",contentAlignVertical:"none"};class be extends we{getShaders(){const e=super.getShaders();return{...e,modules:[...e.modules,Qe,qt],vs:Yt,fs:Zt,source:Qt}}initializeState(){super.initializeState();const e=this.getAttributeManager(),t=e.attributes.instanceIconDefs;t.settings.update=this.calculateInstanceIconDefs,e.addInstanced({rowIndexes:{type:"uint32",size:1,bufferGroup:"icon-instance-data",accessor:(i,{index:s})=>s},instanceClipRect:{size:4,bufferGroup:"icon-instance-data",accessor:"getContentBox",defaultValue:[0,0,-1,-1]}})}updateState(e){super.updateState(e);const{props:t,oldProps:i,changeFlags:s}=e,{outlineColor:o}=t;if(s.extensionsChanged){this.state.fillModel?.destroy();const n=this.context.device.type==="webgpu"?this._getModel(`${this.props.id}-fill`):void 0;this.setState({fillModel:n,models:n?[this.state.model,n]:[this.state.model]})}if(s.updateTriggersChanged&&(s.updateTriggersChanged.getIcon||s.updateTriggersChanged.getIconOffsets)&&this.getAttributeManager().invalidate("instanceIconDefs"),o!==i.outlineColor){const n=[o[0]/255,o[1]/255,o[2]/255,(o[3]??255)/255];this.setState({outlineColor:n})}!t.sdf&&t.outlineWidth&&ee.warn(`${this.id}: fontSettings.sdf is required to render outline`)()}draw(e){const{sdf:t,smoothing:i,fontSize:s,outlineWidth:o,contentCutoffPixels:n,contentAlignHorizontal:l,contentAlignVertical:a}=this.props,{outlineColor:f}=this.state,c=o?Math.max(i,ve*(1-o)):-1,p=this.state.model,g={buffer:ve,outlineBuffer:c,gamma:i,enabled:!!t,outlineColor:f},h={contentCutoffPixels:n,contentAlignHorizontal:l,contentAlignVertical:a,fontSize:s,viewport:this.context.viewport};if(p.shaderInputs.setProps({sdf:g,text:h}),super.draw(e),t&&o){const{iconManager:d}=this.state;if(d.getTexture()){const x=this.state.fillModel||p;x.shaderInputs.setProps({sdf:{...g,outlineBuffer:ve},text:h}),this._drawModel(x)}}}calculateInstanceIconDefs(e,{startRow:t,endRow:i}){const{data:s,getIcon:o,getIconOffsets:n}=this.props;let l=e.getVertexOffset(t);const a=e.value,{iterable:f,objectInfo:c}=Pe(s,t,i);for(const p of f){c.index++;const g=o(p,c),h=n(p,c);if(g){let d=0;for(const m of Array.from(g)){const x=super.getInstanceIconDef(m);x[0]=h[d*2],x[1]+=h[d*2+1],x[6]=1,a.set(x,l),l+=e.size,d++}}}}}be.defaultProps=ei;be.layerName="MultiIconLayer";const Y=1e20,ke=new Float64Array(256);for(let r=0;r<256;r++){const e=.5-Math.pow(r/255,.45454545454545453);ke[r]=e*Math.abs(e)}ke[255]=-Y;class ti{constructor({fontSize:e=24,buffer:t=3,radius:i=8,cutoff:s=.25,fontFamily:o="sans-serif",fontWeight:n="normal",fontStyle:l="normal",lang:a=null}={}){t=this.buffer=Math.round(t),this.radius=i,this.cutoff=s,this.lang=a;const f=this.size=Math.ceil(e)+t*4,c=this._createCanvas(f),p=this.ctx=c.getContext("2d",{willReadFrequently:!0});p.font=`${l} ${n} ${e}px ${o}`,p.textBaseline="alphabetic",p.textAlign="left",p.fillStyle="black",a&&(p.lang=a);const h=(this.maxGlyphDim=f-t)+2*t;this.gridOuter=new Float64Array(h*h),this.gridInner=new Float64Array(h*h),this.f=new Float64Array(h),this.z=new Float64Array(h+1),this.v=new Uint16Array(h)}_createCanvas(e){if(typeof OffscreenCanvas<"u")return new OffscreenCanvas(e,e);const t=document.createElement("canvas");return t.width=t.height=e,t}draw(e){const{width:t,actualBoundingBoxAscent:i,actualBoundingBoxDescent:s,actualBoundingBoxLeft:o,actualBoundingBoxRight:n}=this.ctx.measureText(e),l=Math.ceil(i),a=Math.floor(-o),f=Math.max(0,Math.min(this.maxGlyphDim,Math.ceil(n)-a)),c=Math.max(0,Math.min(this.maxGlyphDim,l+Math.ceil(s))),p=f+2*this.buffer,g=c+2*this.buffer,h=p*g,d=new Uint8ClampedArray(h),m={data:d,width:p,height:g,glyphWidth:f,glyphHeight:c,glyphTop:l,glyphLeft:a,glyphAdvance:t};if(f===0||c===0)return m;const{ctx:x,buffer:_,gridInner:b,gridOuter:k}=this;x.clearRect(_,_,f,c),x.fillText(e,_-a,_+l);const y=x.getImageData(_,_,f,c);k.fill(Y,0,h),b.fill(0,0,h);let v=3;for(let S=0;S<c;S++){let R=(S+_)*p+_;for(let B=0;B<f;B++,v+=4,R++){const E=y.data[v];if(E===0)continue;const F=ke[E];k[R]=Math.max(0,F),b[R]=Math.max(0,-F)}}Be(k,0,0,p,g,p,this.f,this.v,this.z,_);const w=Math.min(_,1);Be(b,_-w,_-w,f+2*w,c+2*w,p,this.f,this.v,this.z);const A=255/this.radius,O=255*(1-this.cutoff);for(let S=0;S<h;S++){const R=Math.sqrt(k[S])-Math.sqrt(b[S]);d[S]=O-A*R}return m}}function Be(r,e,t,i,s,o,n,l,a,f=0){for(let c=e+f;c<e+i-f;c++)We(r,t*o+c,o,s,n,l,a);for(let c=t;c<t+s;c++)We(r,c*o+e,1,i,n,l,a)}function We(r,e,t,i,s,o,n){o[0]=0,n[0]=-Y,n[1]=Y,s[0]=r[e];for(let l=1,a=0;l<i;l++){const f=s[l]=r[e+l*t],c=l*l;let p;do{const g=o[a];p=(f-s[g]+c-g*g)/(l-g)/2}while(p<=n[a]&&--a>-1);a++,o[a]=l,n[a]=p,n[a+1]=Y}for(let l=0,a=0;l<i;l++){for(;n[a+1]<l;)a++;const f=o[a],c=l-f;r[e+l*t]=s[f]+c*c}}const ii=32,oi=[];function si(r){return Math.pow(2,Math.ceil(Math.log2(r)))}function ni({characterSet:r,measureText:e,buffer:t,maxCanvasWidth:i,mapping:s={},xOffset:o=0,yOffsetMin:n=0,yOffsetMax:l=0}){let a=o,f=n,c=l;for(const p of r)if(!s[p]){const{advance:g,width:h,ascent:d,descent:m}=e(p),x=d+m;a+h+t*2>i&&(a=0,f=c),s[p]={x:a+t,y:f+t,width:h,height:x,advance:g,anchorX:h/2,anchorY:d},a+=h+t*2,c=Math.max(c,f+x+t*2)}return{mapping:s,xOffset:a,yOffsetMin:f,yOffsetMax:c,canvasHeight:si(c)}}function et(r,e,t,i){let s=0;for(let o=e;o<t;o++){const n=r[o];s+=i[n]?.advance||0}return s}function tt(r,e,t,i,s,o){let n=e,l=0;for(let a=e;a<t;a++){const f=et(r,a,a+1,s);l+f>i&&(n<a&&o.push(a),n=a,l=0),l+=f}return l}function ri(r,e,t,i,s,o){let n=e,l=e,a=e,f=0;for(let c=e;c<t;c++)if((r[c]===" "||r[c+1]===" "||c+1===t)&&(a=c+1),a>l){let p=et(r,l,a,s);f+p>i&&(n<l&&(o.push(l),n=l,f=0),p>i&&(p=tt(r,l,a,i,s,o),n=o[o.length-1])),l=a,f+=p}return f}function ai(r,e,t,i,s=0,o){o===void 0&&(o=r.length);const n=[];return e==="break-all"?tt(r,s,o,t,i,n):ri(r,s,o,t,i,n),n}function li(r,e,t,i,s,o){let n=0,l=0;for(let a=e;a<t;a++){const f=r[a],c=i[f];c&&(l=Math.max(l,c.height))}for(let a=e;a<t;a++){const f=r[a],c=i[f];c?(s[a]=n+c.anchorX,n+=c.advance):(ee.warn(`Missing character: ${f} (${f.codePointAt(0)})`)(),s[a]=n,n+=ii)}o[0]=n,o[1]=l}function ci(r,e,t,i,s,o){const n=Array.from(r),l=n.length,a=new Array(l),f=new Array(l),c=new Array(l),p=(i==="break-word"||i==="break-all")&&isFinite(s)&&s>0,g=[0,0],h=[0,0];let d=0,m=e+t/2,x=0,_=0;for(let b=0;b<=l;b++){const k=n[b];if((k===`
`||b===l)&&(_=b),_>x){const y=p?ai(n,i,s,o,x,_):oi;for(let v=0;v<=y.length;v++){const w=v===0?x:y[v-1],A=v<y.length?y[v]:_;li(n,w,A,o,a,h);for(let O=w;O<A;O++)f[O]=m,c[O]=h[0];d++,m+=t,g[0]=Math.max(g[0],h[0])}x=_}k===`
`&&(a[x]=0,f[x]=0,c[x]=0,x++)}return g[1]=d*t,{x:a,y:f,rowWidth:c,size:g}}function di({value:r,length:e,stride:t,offset:i,startIndices:s,characterSet:o}){const n=r.BYTES_PER_ELEMENT,l=t?t/n:1,a=i?i/n:0,f=s[e]||Math.ceil((r.length-a)/l),c=o&&new Set,p=new Array(e);let g=r;if(l>1||a>0){const h=r.constructor;g=new h(f);for(let d=0;d<f;d++)g[d]=r[d*l+a]}for(let h=0;h<e;h++){const d=s[h],m=s[h+1]||f,x=g.subarray(d,m);p[h]=String.fromCodePoint.apply(null,x),c&&x.forEach(c.add,c)}if(c)for(const h of c)o.add(String.fromCodePoint(h));return{texts:p,characterCount:f}}class it{constructor(e=5){this._cache={},this._order=[],this.limit=e}get(e){const t=this._cache[e];return t&&(this._deleteOrder(e),this._appendOrder(e)),t}set(e,t){this._cache[e]?(this.delete(e),this._cache[e]=t,this._appendOrder(e)):(Object.keys(this._cache).length===this.limit&&this.delete(this._order[0]),this._cache[e]=t,this._appendOrder(e))}delete(e){this._cache[e]&&(delete this._cache[e],this._deleteOrder(e))}_deleteOrder(e){const t=this._order.indexOf(e);t>=0&&this._order.splice(t,1)}_appendOrder(e){this._order.push(e)}}function fi(){const r=[];for(let e=32;e<128;e++)r.push(String.fromCharCode(e));return r}const U={fontFamily:"Monaco, monospace",fontWeight:"normal",characterSet:fi(),fontSize:64,buffer:4,sdf:!1,cutoff:.25,radius:12,smoothing:.1},Ne=1024,De=.9,Ue=.3,ot=3;let ne=new it(ot);function ui(r,e){let t;typeof e=="string"?t=new Set(Array.from(e)):t=new Set(e);const i=ne.get(r);if(!i)return t;for(const s in i.mapping)t.has(s)&&t.delete(s);return t}function pi(r,e){for(let t=0;t<r.length;t++)e.data[4*t+3]=r[t]}function $e(r,e,t,i){r.font=`${i} ${t}px ${e}`,r.fillStyle="#000",r.textBaseline="alphabetic",r.textAlign="left"}function hi(r,e,t){if(t===void 0){const s=r.measureText("A");return s.fontBoundingBoxAscent?{advance:0,width:0,ascent:Math.ceil(s.fontBoundingBoxAscent),descent:Math.ceil(s.fontBoundingBoxDescent)}:{advance:0,width:0,ascent:e*De,descent:e*Ue}}const i=r.measureText(t);return i.actualBoundingBoxAscent?{advance:i.width,width:Math.ceil(i.actualBoundingBoxRight-i.actualBoundingBoxLeft),ascent:Math.ceil(i.actualBoundingBoxAscent),descent:Math.ceil(i.actualBoundingBoxDescent)}:{advance:i.width,width:i.width,ascent:e*De,descent:e*Ue}}function gi(r){ee.assert(Number.isFinite(r)&&r>=ot,"Invalid cache limit"),ne=new it(r)}class mi{constructor(){this.props={...U}}get atlas(){return this._atlas}get mapping(){return this._atlas&&this._atlas.mapping}setProps(e={}){Object.assign(this.props,e),e._getFontRenderer&&(this._getFontRenderer=e._getFontRenderer),this._key=this._getKey();const t=ui(this._key,this.props.characterSet),i=ne.get(this._key);if(i&&t.size===0){this._atlas!==i&&(this._atlas=i);return}const s=this._generateFontAtlas(t,i);this._atlas=s,ne.set(this._key,s)}_generateFontAtlas(e,t){const{fontFamily:i,fontWeight:s,fontSize:o,buffer:n,sdf:l,radius:a,cutoff:f}=this.props;let c=t&&t.data;c||(c=document.createElement("canvas"),c.width=Ne);const p=c.getContext("2d",{willReadFrequently:!0});$e(p,i,o,s);const g=y=>hi(p,o,y);let h;this._getFontRenderer?h=this._getFontRenderer(this.props):l&&(h={measure:g,draw:xi(this.props)});const{mapping:d,canvasHeight:m,xOffset:x,yOffsetMin:_,yOffsetMax:b}=ni({measureText:y=>h?h.measure(y):g(y),buffer:n,characterSet:e,maxCanvasWidth:Ne,...t&&{mapping:t.mapping,xOffset:t.xOffset,yOffsetMin:t.yOffsetMin,yOffsetMax:t.yOffsetMax}});if(c.height!==m){const y=c.height>0?p.getImageData(0,0,c.width,c.height):null;c.height=m,y&&p.putImageData(y,0,0)}if($e(p,i,o,s),h)for(const y of e){const v=d[y],w=v.width,{data:A,left:O=0,top:S=0}=h.draw(y),R=v.x-O,B=v.y-S,E=Math.max(0,Math.round(R)),F=Math.max(0,Math.round(B)),G=Math.min(A.width,c.width-E),ie=Math.min(A.height,c.height-F);p.putImageData(A,E,F,0,0,G,ie),v.x=E,v.y=F,v.width=G,v.height=ie,v.anchorX+=G/2-O-w/2,v.anchorY+=S}else for(const y of e){const v=d[y];p.fillText(y,v.x,v.y+v.anchorY)}const k=h?h.measure():g();return{baselineOffset:(k.ascent-k.descent)/2,xOffset:x,yOffsetMin:_,yOffsetMax:b,mapping:d,data:c,width:c.width,height:c.height}}_getKey(){const{fontFamily:e,fontWeight:t,fontSize:i,buffer:s,sdf:o,radius:n,cutoff:l}=this.props;return o?`${e} ${t} ${i} ${s} ${n} ${l}`:`${e} ${t} ${i} ${s}`}}function xi({fontSize:r,buffer:e,radius:t,cutoff:i,fontFamily:s,fontWeight:o}){const n=new ti({fontSize:r,buffer:e,radius:t,cutoff:i,fontFamily:s,fontWeight:`${o}`});return l=>{const{data:a,width:f,height:c}=n.draw(l),p=new ImageData(f,c);return pi(a,p),{data:p,left:e,top:e}}}const vi=`struct TextBackgroundUniforms {
  billboard: f32,
  sizeScale: f32,
  sizeMinPixels: f32,
  sizeMaxPixels: f32,
  borderRadius: vec4<f32>,
  padding: vec4<f32>,
  sizeUnits: i32,
  stroked: f32,
};

@group(0) @binding(auto) var<uniform> textBackground: TextBackgroundUniforms;
`,Ge=`layout(std140) uniform textBackgroundUniforms {
  bool billboard;
  float sizeScale;
  float sizeMinPixels;
  float sizeMaxPixels;
  vec4 borderRadius;
  vec4 padding;
  highp int sizeUnits;
  bool stroked;
} textBackground;
`,_i={name:"textBackground",source:vi,vs:Ge,fs:Ge,uniformTypes:{billboard:"f32",sizeScale:"f32",sizeMinPixels:"f32",sizeMaxPixels:"f32",borderRadius:"vec4<f32>",padding:"vec4<f32>",sizeUnits:"i32",stroked:"f32"}},yi=`#version 300 es
#define SHADER_NAME text-background-layer-vertex-shader
in vec2 positions;
in vec3 instancePositions;
in vec3 instancePositions64Low;
in vec4 instanceRects;
in vec4 instanceClipRect;
in float instanceSizes;
in float instanceAngles;
in vec2 instancePixelOffsets;
in float instanceLineWidths;
in vec4 instanceFillColors;
in vec4 instanceLineColors;
out vec4 vFillColor;
out vec4 vLineColor;
out float vLineWidth;
out vec2 uv;
out vec2 dimensions;
vec2 rotate_by_angle(vec2 vertex, float angle) {
float angle_radian = radians(angle);
float cos_angle = cos(angle_radian);
float sin_angle = sin(angle_radian);
mat2 rotationMatrix = mat2(cos_angle, -sin_angle, sin_angle, cos_angle);
return rotationMatrix * vertex;
}
void main(void) {
geometry.worldPosition = instancePositions;
geometry.uv = positions;
geometry.pickingColor = picking_getPickingColorFromInstanceID();
uv = positions;
vLineWidth = instanceLineWidths;
float sizePixels = clamp(
project_size_to_pixel(instanceSizes * textBackground.sizeScale, textBackground.sizeUnits),
textBackground.sizeMinPixels, textBackground.sizeMaxPixels
);
float instanceScale = sizePixels / text.fontSize;
dimensions = instanceRects.zw * instanceScale + textBackground.padding.xy + textBackground.padding.zw;
vec2 pixelOffset = (positions * instanceRects.zw + instanceRects.xy) * instanceScale + mix(-textBackground.padding.xy, textBackground.padding.zw, positions);
pixelOffset = rotate_by_angle(pixelOffset, instanceAngles);
pixelOffset += instancePixelOffsets;
pixelOffset.y *= -1.0;
vec2 xy = project_size_to_pixel(instanceClipRect.xy);
vec2 wh = project_size_to_pixel(instanceClipRect.zw);
if (text.flipY) {
xy.y = -xy.y - wh.y;
}
if (instanceClipRect.z >= 0.0) {
dimensions.x = wh.x;
pixelOffset.x = xy.x + uv.x * wh.x + mix(-textBackground.padding.x, textBackground.padding.z, uv.x);
}
if (instanceClipRect.w >= 0.0) {
dimensions.y = wh.y;
pixelOffset.y = xy.y + uv.y * wh.y + mix(-textBackground.padding.y, textBackground.padding.w, uv.y);
}
if (textBackground.billboard)  {
gl_Position = project_position_to_clipspace(instancePositions, instancePositions64Low, vec3(0.0), geometry.position);
DECKGL_FILTER_GL_POSITION(gl_Position, geometry);
vec3 offset = vec3(pixelOffset, 0.0);
DECKGL_FILTER_SIZE(offset, geometry);
gl_Position.xy += project_pixel_size_to_clipspace(offset.xy);
} else {
vec3 offset_common = vec3(project_pixel_size(pixelOffset), 0.0);
if (text.flipY) {
offset_common.y *= -1.;
}
DECKGL_FILTER_SIZE(offset_common, geometry);
gl_Position = project_position_to_clipspace(instancePositions, instancePositions64Low, offset_common, geometry.position);
DECKGL_FILTER_GL_POSITION(gl_Position, geometry);
}
vFillColor = vec4(instanceFillColors.rgb, instanceFillColors.a * layer.opacity);
DECKGL_FILTER_COLOR(vFillColor, geometry);
vLineColor = vec4(instanceLineColors.rgb, instanceLineColors.a * layer.opacity);
DECKGL_FILTER_COLOR(vLineColor, geometry);
}
`,Ci=`#version 300 es
#define SHADER_NAME text-background-layer-fragment-shader
precision highp float;
in vec4 vFillColor;
in vec4 vLineColor;
in float vLineWidth;
in vec2 uv;
in vec2 dimensions;
out vec4 fragColor;
float round_rect(vec2 p, vec2 size, vec4 radii) {
vec2 pixelPositionCB = (p - 0.5) * size;
vec2 sizeCB = size * 0.5;
float maxBorderRadius = min(size.x, size.y) * 0.5;
vec4 borderRadius = vec4(min(radii, maxBorderRadius));
borderRadius.xy =
(pixelPositionCB.x > 0.0) ? borderRadius.xy : borderRadius.zw;
borderRadius.x = (pixelPositionCB.y > 0.0) ? borderRadius.x : borderRadius.y;
vec2 q = abs(pixelPositionCB) - sizeCB + borderRadius.x;
return -(min(max(q.x, q.y), 0.0) + length(max(q, 0.0)) - borderRadius.x);
}
float rect(vec2 p, vec2 size) {
vec2 pixelPosition = p * size;
return min(min(pixelPosition.x, size.x - pixelPosition.x),
min(pixelPosition.y, size.y - pixelPosition.y));
}
vec4 get_stroked_fragColor(float dist) {
float isBorder = smoothedge(dist, vLineWidth);
return mix(vFillColor, vLineColor, isBorder);
}
void main(void) {
geometry.uv = uv;
if (textBackground.borderRadius != vec4(0.0)) {
float distToEdge = round_rect(uv, dimensions, textBackground.borderRadius);
float shapeAlpha = smoothedge(-distToEdge, 0.0);
if (shapeAlpha == 0.0) {
discard;
}
if (textBackground.stroked) {
fragColor = get_stroked_fragColor(distToEdge);
} else {
fragColor = vFillColor;
}
fragColor.a *= shapeAlpha;
} else {
if (textBackground.stroked) {
float distToEdge = rect(uv, dimensions);
fragColor = get_stroked_fragColor(distToEdge);
} else {
fragColor = vFillColor;
}
}
DECKGL_FILTER_COLOR(fragColor, geometry);
}
`,Pi=`struct TextUniforms {
  cutoffPixels: vec2<f32>,
  align: vec2<i32>,
  fontSize: f32,
  flipY: f32,
};

@group(0) @binding(auto) var<uniform> text: TextUniforms;

fn rotate_by_angle(vertex: vec2<f32>, angle: f32) -> vec2<f32> {
  let angleRadian = radians(angle);
  let cosine = cos(angleRadian);
  let sine = sin(angleRadian);
  let rotationMatrix = mat2x2<f32>(
    vec2<f32>(cosine, -sine),
    vec2<f32>(sine, cosine)
  );
  return rotationMatrix * vertex;
}

struct Attributes {
  @builtin(instance_index) instanceIndex: u32,
  @location(0) positions: vec2<f32>,
  @location(1) instancePositions: vec3<f32>,
  @location(2) instancePositions64Low: vec3<f32>,
  @location(3) instanceSizes: f32,
  @location(4) instanceAngles: f32,
  @location(5) instanceRects: vec4<f32>,
  @location(6) instanceClipRect: vec4<f32>,
  @location(7) instancePixelOffsets: vec2<f32>,
  @location(8) instanceFillColors: vec4<f32>,
  @location(9) instanceLineColors: vec4<f32>,
  @location(10) instanceLineWidths: f32,
};

struct Varyings {
  @builtin(position) position: vec4<f32>,
  @location(0) vFillColor: vec4<f32>,
  @location(1) vLineColor: vec4<f32>,
  @location(2) vLineWidth: f32,
  @location(3) uv: vec2<f32>,
  @location(4) dimensions: vec2<f32>,
  @location(5) pickingColor: vec3<f32>,
};

@vertex
fn vertexMain(attributes: Attributes) -> Varyings {
  geometry.worldPosition = attributes.instancePositions;
  geometry.uv = attributes.positions;
  geometry.pickingColor = picking_getPickingColorFromIndex(attributes.instanceIndex);

  var varyings: Varyings;
  varyings.uv = attributes.positions;
  varyings.vLineWidth = attributes.instanceLineWidths;

  let sizePixels = clamp(
    project_unit_size_to_pixel(
      attributes.instanceSizes * textBackground.sizeScale,
      textBackground.sizeUnits
    ),
    textBackground.sizeMinPixels,
    textBackground.sizeMaxPixels
  );
  let instanceScale = sizePixels / text.fontSize;

  varyings.dimensions = attributes.instanceRects.zw * instanceScale +
    textBackground.padding.xy + textBackground.padding.zw;

  var pixelOffset =
    (attributes.positions * attributes.instanceRects.zw + attributes.instanceRects.xy) *
      instanceScale +
    mix(-textBackground.padding.xy, textBackground.padding.zw, attributes.positions);
  pixelOffset = rotate_by_angle(pixelOffset, attributes.instanceAngles);
  pixelOffset = pixelOffset + attributes.instancePixelOffsets;
  pixelOffset.y = pixelOffset.y * -1.0;

  var xy = project_size_vec2(attributes.instanceClipRect.xy) * project.scale;
  let wh = project_size_vec2(attributes.instanceClipRect.zw) * project.scale;
  if (text.flipY > 0.5) {
    xy.y = -xy.y - wh.y;
  }
  if (attributes.instanceClipRect.z >= 0.0) {
    varyings.dimensions.x = wh.x;
    pixelOffset.x = xy.x + varyings.uv.x * wh.x + mix(
      -textBackground.padding.x,
      textBackground.padding.z,
      varyings.uv.x
    );
  }
  if (attributes.instanceClipRect.w >= 0.0) {
    varyings.dimensions.y = wh.y;
    pixelOffset.y = xy.y + varyings.uv.y * wh.y + mix(
      -textBackground.padding.y,
      textBackground.padding.w,
      varyings.uv.y
    );
  }

  if (textBackground.billboard > 0.5) {
    var position = project_position_to_clipspace(
      attributes.instancePositions,
      attributes.instancePositions64Low,
      vec3<f32>(0.0)
    );
    let clipOffset = project_pixel_size_to_clipspace(pixelOffset);
    position = vec4<f32>(
      position.x + clipOffset.x,
      position.y + clipOffset.y,
      position.z,
      position.w
    );
    varyings.position = position;
  } else {
    var offsetCommon = vec3<f32>(project_pixel_size_vec2(pixelOffset), 0.0);
    if (text.flipY > 0.5) {
      offsetCommon.y = offsetCommon.y * -1.0;
    }
    varyings.position = project_position_to_clipspace(
      attributes.instancePositions,
      attributes.instancePositions64Low,
      offsetCommon
    );
  }

  varyings.vFillColor = vec4<f32>(
    attributes.instanceFillColors.rgb,
    attributes.instanceFillColors.a * layer.opacity
  );
  varyings.vLineColor = vec4<f32>(
    attributes.instanceLineColors.rgb,
    attributes.instanceLineColors.a * layer.opacity
  );
  varyings.pickingColor = geometry.pickingColor;
  return varyings;
}

fn round_rect(point: vec2<f32>, size: vec2<f32>, radii: vec4<f32>) -> f32 {
  let pixelPosition = (point - 0.5) * size;
  let halfSize = size * 0.5;
  let maxBorderRadius = min(size.x, size.y) * 0.5;
  var borderRadius = min(radii, vec4<f32>(maxBorderRadius));

  borderRadius = select(borderRadius.zwxy, borderRadius, pixelPosition.x > 0.0);
  let radius = select(borderRadius.y, borderRadius.x, pixelPosition.y > 0.0);
  let q = abs(pixelPosition) - halfSize + radius;
  return -(min(max(q.x, q.y), 0.0) + length(max(q, vec2<f32>(0.0))) - radius);
}

fn rect(point: vec2<f32>, size: vec2<f32>) -> f32 {
  let pixelPosition = point * size;
  return min(
    min(pixelPosition.x, size.x - pixelPosition.x),
    min(pixelPosition.y, size.y - pixelPosition.y)
  );
}

fn get_stroked_frag_color(
  distanceToEdge: f32,
  lineWidth: f32,
  fillColor: vec4<f32>,
  lineColor: vec4<f32>
) -> vec4<f32> {
  let isBorder = smoothedge(distanceToEdge, lineWidth);
  return mix(fillColor, lineColor, isBorder);
}

@fragment
fn fragmentMain(varyings: Varyings) -> @location(0) vec4<f32> {
  geometry.uv = varyings.uv;
  var fragColor: vec4<f32>;

  if (any(textBackground.borderRadius != vec4<f32>(0.0))) {
    let distanceToEdge = round_rect(
      varyings.uv,
      varyings.dimensions,
      textBackground.borderRadius
    );
    let shapeAlpha = smoothedge(-distanceToEdge, 0.0);
    if (shapeAlpha == 0.0) {
      discard;
    }
    if (textBackground.stroked > 0.5) {
      fragColor = get_stroked_frag_color(
        distanceToEdge,
        varyings.vLineWidth,
        varyings.vFillColor,
        varyings.vLineColor
      );
    } else {
      fragColor = varyings.vFillColor;
    }
    fragColor.a = fragColor.a * shapeAlpha;
  } else if (textBackground.stroked > 0.5) {
    let distanceToEdge = rect(varyings.uv, varyings.dimensions);
    fragColor = get_stroked_frag_color(
      distanceToEdge,
      varyings.vLineWidth,
      varyings.vFillColor,
      varyings.vLineColor
    );
  } else {
    fragColor = varyings.vFillColor;
  }

  if (picking.isActive > 0.5) {
    if (!picking_isColorValid(varyings.pickingColor)) {
      discard;
    }
    return vec4<f32>(varyings.pickingColor, 1.0);
  }

  if (picking.isHighlightActive > 0.5) {
    let highlightedObjectColor = picking_normalizeColor(picking.highlightedObjectColor);
    if (picking_isColorZero(abs(varyings.pickingColor - highlightedObjectColor))) {
      let highlightAlpha = picking.highlightColor.a;
      let blendedAlpha = highlightAlpha + fragColor.a * (1.0 - highlightAlpha);
      if (blendedAlpha > 0.0) {
        let highlightRatio = highlightAlpha / blendedAlpha;
        fragColor = vec4<f32>(
          mix(fragColor.rgb, picking.highlightColor.rgb, highlightRatio),
          blendedAlpha
        );
      } else {
        fragColor = vec4<f32>(fragColor.rgb, 0.0);
      }
    }
  }

  return deckgl_premultiplied_alpha(fragColor);
}
`,wi={billboard:!0,sizeScale:1,sizeUnits:"pixels",sizeMinPixels:0,sizeMaxPixels:Number.MAX_SAFE_INTEGER,fontSize:1,borderRadius:{type:"object",value:0},padding:{type:"array",value:[0,0,0,0]},getPosition:{type:"accessor",value:r=>r.position},getSize:{type:"accessor",value:1},getAngle:{type:"accessor",value:0},getPixelOffset:{type:"accessor",value:[0,0]},getBoundingRect:{type:"accessor",value:[0,0,0,0]},getClipRect:{type:"accessor",value:[0,0,-1,-1]},getFillColor:{type:"accessor",value:[0,0,0,255]},getLineColor:{type:"accessor",value:[0,0,0,255]},getLineWidth:{type:"accessor",value:1}};class Se extends re{getShaders(){return super.getShaders({vs:yi,fs:Ci,source:Pi,modules:[ae,le,ce,_i,Qe]})}initializeState(){this.getAttributeManager().addInstanced({instancePositions:{size:3,type:"float64",fp64:this.use64bitPositions(),transition:!0,accessor:"getPosition"},instanceSizes:{size:1,transition:!0,bufferGroup:"text-background-instance-data",accessor:"getSize",defaultValue:1},instanceAngles:{size:1,transition:!0,bufferGroup:"text-background-instance-data",accessor:"getAngle"},instanceRects:{size:4,bufferGroup:"text-background-instance-data",accessor:"getBoundingRect"},instanceClipRect:{size:4,bufferGroup:"text-background-instance-data",accessor:"getClipRect",defaultValue:[0,0,-1,-1]},instancePixelOffsets:{size:2,transition:!0,bufferGroup:"text-background-instance-data",accessor:"getPixelOffset"},instanceFillColors:{size:4,transition:!0,type:"unorm8",accessor:"getFillColor",defaultValue:[0,0,0,255]},instanceLineColors:{size:4,transition:!0,type:"unorm8",accessor:"getLineColor",defaultValue:[0,0,0,255]},instanceLineWidths:{size:1,transition:!0,bufferGroup:"text-background-instance-data",accessor:"getLineWidth",defaultValue:1}})}updateState(e){super.updateState(e);const{changeFlags:t}=e;t.extensionsChanged&&(this.state.model?.destroy(),this.state.model=this._getModel(),this.getAttributeManager().invalidateAll())}draw({uniforms:e}){const{billboard:t,sizeScale:i,sizeUnits:s,sizeMinPixels:o,sizeMaxPixels:n,getLineWidth:l,fontSize:a}=this.props;let{padding:f,borderRadius:c}=this.props;f.length<4&&(f=[f[0],f[1],f[0],f[1]]),Array.isArray(c)||(c=[c,c,c,c]);const p=this.state.model,g={billboard:t,stroked:!!l,borderRadius:c,padding:f,sizeUnits:Z[s],sizeScale:i,sizeMinPixels:o,sizeMaxPixels:n},h={fontSize:a,viewport:this.context.viewport};p.shaderInputs.setProps({textBackground:g,text:h}),p.draw(this.context.renderPass)}_getModel(){const e=[0,0,1,0,0,1,1,1];return new de(this.context.device,{...this.getShaders(),id:this.props.id,bufferLayout:this.getAttributeManager().getBufferLayouts(),geometry:new fe({topology:"triangle-strip",vertexCount:4,attributes:{positions:{size:2,value:new Float32Array(e)}}}),isInstanced:!0})}}Se.defaultProps=wi;Se.layerName="TextBackgroundLayer";const je={start:1,middle:0,end:-1},Ve={top:1,center:0,bottom:-1},_e=[0,0,0,255],bi=1,ki={billboard:!0,sizeScale:1,sizeUnits:"pixels",sizeMinPixels:0,sizeMaxPixels:Number.MAX_SAFE_INTEGER,background:!1,getBackgroundColor:{type:"accessor",value:[255,255,255,255]},getBorderColor:{type:"accessor",value:_e},getBorderWidth:{type:"accessor",value:0},backgroundBorderRadius:{type:"object",value:0},backgroundPadding:{type:"array",value:[0,0,0,0]},characterSet:{type:"object",value:U.characterSet},fontFamily:U.fontFamily,fontWeight:U.fontWeight,lineHeight:bi,outlineWidth:{type:"number",value:0,min:0},outlineColor:{type:"color",value:_e},fontSettings:{type:"object",value:{},compare:1},wordBreak:"break-word",maxWidth:{type:"number",value:-1},contentCutoffPixels:{type:"array",value:[0,0]},contentAlignHorizontal:"none",contentAlignVertical:"none",getText:{type:"accessor",value:r=>r.text},getPosition:{type:"accessor",value:r=>r.position},getColor:{type:"accessor",value:_e},getSize:{type:"accessor",value:32},getAngle:{type:"accessor",value:0},getTextAnchor:{type:"accessor",value:"middle"},getAlignmentBaseline:{type:"accessor",value:"center"},getPixelOffset:{type:"accessor",value:[0,0]},getContentBox:{type:"accessor",value:[0,0,-1,-1]},backgroundColor:{deprecatedFor:["background","getBackgroundColor"]}};class te extends ht{constructor(){super(...arguments),this.getBoundingRect=(e,t)=>{const{size:[i,s]}=this.transformParagraph(e,t),{getTextAnchor:o,getAlignmentBaseline:n}=this.props,l=je[typeof o=="function"?o(e,t):o],a=Ve[typeof n=="function"?n(e,t):n];return[(l-1)*i/2,(a-1)*s/2,i,s]},this.getIconOffsets=(e,t)=>{const{getTextAnchor:i,getAlignmentBaseline:s}=this.props,{x:o,y:n,rowWidth:l,size:[,a]}=this.transformParagraph(e,t),f=je[typeof i=="function"?i(e,t):i],c=Ve[typeof s=="function"?s(e,t):s],p=o.length,g=new Array(p*2);let h=0;for(let d=0;d<p;d++)g[h++]=(f-1)*l[d]/2+o[d],g[h++]=(c-1)*a/2+n[d];return g}}initializeState(){this.state={styleVersion:0,fontAtlasManager:new mi},this.props.maxWidth>0&&ee.once(1,"v8.9 breaking change: TextLayer maxWidth is now relative to text size")()}updateState(e){const{props:t,oldProps:i,changeFlags:s}=e;(s.dataChanged||s.updateTriggersChanged&&(s.updateTriggersChanged.all||s.updateTriggersChanged.getText))&&this._updateText(),(this._updateFontAtlas()||t.lineHeight!==i.lineHeight||t.wordBreak!==i.wordBreak||t.maxWidth!==i.maxWidth)&&this.setState({styleVersion:this.state.styleVersion+1})}getPickingInfo({info:e}){return e.object=e.index>=0?this.props.data[e.index]:null,e}_updateFontAtlas(){const{fontSettings:e,fontFamily:t,fontWeight:i,_getFontRenderer:s}=this.props,{fontAtlasManager:o,characterSet:n}=this.state,l={...e,characterSet:n,fontFamily:t,fontWeight:i,_getFontRenderer:s};if(!o.mapping)return o.setProps(l),!0;for(const a in l)if(l[a]!==o.props[a])return o.setProps(l),!0;return!1}_updateText(){const{data:e,characterSet:t}=this.props,i=e.attributes?.getText;let{getText:s}=this.props,o=e.startIndices,n;const l=t==="auto"&&new Set;if(i&&o){const{texts:a,characterCount:f}=di({...ArrayBuffer.isView(i)?{value:i}:i,length:e.length,startIndices:o,characterSet:l});n=f,s=(c,{index:p})=>a[p]}else{const{iterable:a,objectInfo:f}=Pe(e);o=[0],n=0;for(const c of a){f.index++;const p=Array.from(s(c,f)||"");l&&p.forEach(l.add,l),n+=p.length,o.push(n)}}this.setState({getText:s,startIndices:o,numInstances:n,characterSet:l||t})}transformParagraph(e,t){const{fontAtlasManager:i}=this.state,s=i.mapping,{baselineOffset:o}=i.atlas,{fontSize:n}=i.props,l=this.state.getText,{wordBreak:a,lineHeight:f,maxWidth:c}=this.props,p=l(e,t)||"";return ci(p,o,f*n,a,c*n,s)}renderLayers(){const{startIndices:e,numInstances:t,getText:i,fontAtlasManager:{atlas:s,mapping:o},styleVersion:n}=this.state,{data:l,_dataDiff:a,getPosition:f,getColor:c,getSize:p,getAngle:g,getPixelOffset:h,getBackgroundColor:d,getBorderColor:m,getBorderWidth:x,getContentBox:_,backgroundBorderRadius:b,backgroundPadding:k,background:y,billboard:v,fontSettings:w,outlineWidth:A,outlineColor:O,sizeScale:S,sizeUnits:R,sizeMinPixels:B,sizeMaxPixels:E,contentCutoffPixels:F,contentAlignHorizontal:G,contentAlignVertical:ie,transitions:L,updateTriggers:P}=this.props,lt=this.getSubLayerClass("characters",be),ct=this.getSubLayerClass("background",Se),{fontSize:Le}=this.state.fontAtlasManager.props;return[y&&new ct({getFillColor:d,getLineColor:m,getLineWidth:x,borderRadius:b,padding:k,getPosition:f,getSize:p,getAngle:g,getPixelOffset:h,getClipRect:_,billboard:v,sizeScale:S,sizeUnits:R,sizeMinPixels:B,sizeMaxPixels:E,fontSize:Le,transitions:L&&{getPosition:L.getPosition,getAngle:L.getAngle,getSize:L.getSize,getFillColor:L.getBackgroundColor,getLineColor:L.getBorderColor,getLineWidth:L.getBorderWidth,getPixelOffset:L.getPixelOffset}},this.getSubLayerProps({id:"background",updateTriggers:{getPosition:P.getPosition,getAngle:P.getAngle,getSize:P.getSize,getFillColor:P.getBackgroundColor,getLineColor:P.getBorderColor,getLineWidth:P.getBorderWidth,getPixelOffset:P.getPixelOffset,getBoundingRect:{getText:P.getText,getTextAnchor:P.getTextAnchor,getAlignmentBaseline:P.getAlignmentBaseline,styleVersion:n}}}),{data:l.attributes&&l.attributes.background?{length:l.length,attributes:l.attributes.background}:l,_dataDiff:a,autoHighlight:!1,getBoundingRect:this.getBoundingRect}),new lt({sdf:w.sdf,smoothing:Number.isFinite(w.smoothing)?w.smoothing:U.smoothing,outlineWidth:A/(w.radius||U.radius),outlineColor:O,iconAtlas:s,iconMapping:o,getPosition:f,getColor:c,getSize:p,getAngle:g,getPixelOffset:h,getContentBox:_,billboard:v,sizeScale:S,sizeUnits:R,sizeMinPixels:B,sizeMaxPixels:E,fontSize:Le,contentCutoffPixels:F,contentAlignHorizontal:G,contentAlignVertical:ie,transitions:L&&{getPosition:L.getPosition,getAngle:L.getAngle,getColor:L.getColor,getSize:L.getSize,getPixelOffset:L.getPixelOffset,getContentBox:L.getContentBox}},this.getSubLayerProps({id:"characters",updateTriggers:{all:P.getText,getPosition:P.getPosition,getAngle:P.getAngle,getColor:P.getColor,getSize:P.getSize,getPixelOffset:P.getPixelOffset,getContentBox:P.getContentBox,getIconOffsets:{getTextAnchor:P.getTextAnchor,getAlignmentBaseline:P.getAlignmentBaseline,styleVersion:n}}}),{data:l,_dataDiff:a,startIndices:e,numInstances:t,getIconOffsets:this.getIconOffsets,getIcon:i})]}static set fontAtlasCacheLimit(e){gi(e)}}te.defaultProps=ki;te.layerName="TextLayer";const Si=15,Li=8,st=45,$={depthCompare:"always",depthWriteEnabled:!1},He=2,nt={fontFamily:"system-ui, sans-serif",fontSettings:{sdf:!0},outlineWidth:3},Ke=[40,24];function zi(r,e){const t=new Map,i=r.tracked(e).map(({table:d,row:m,next:x})=>{const _=d.time[x]-d.time[m],b=_>0?Math.min((e-d.time[m])/_,1):0,k=w=>w[m]+b*(w[x]-w[m]),y=Number.isFinite(d.major[m]),v=y?d.threat[m]:NaN;return d.rocket[m]>=0&&t.set(d.rocket[m],{track:d.track[m],threat:v}),{track:d.track[m],rocket:d.rocket[m],threat:v,known:y,impact:d.impact[m],at:[k(d.lon),k(d.lat),k(d.h)],ring:y?gt(d.impact_lon[m],d.impact_lat[m],He*d.major[m],He*d.minor[m],d.bearing[m]):void 0}}),{rocket:s,end_lon:o,end_lat:n,end_h:l,end:a}=r.rockets,f=r.flying(e).flatMap(d=>{const m=r.flight(s[d],e);if(!m)return[];const x=t.get(s[d]);return[{row:d,rocket:s[d],at:se(m,e),outcome:r.outcome(d),track:x?.track,threat:x?.threat??NaN}]}),c=r.ended(e,st),p=new Map(r.scene.places.map(d=>[d.name,d])),g=Mi(r,e),h=r.magazinesAt(e);return{t:e,bodies:f,tracks:i,rounds:Ii(r,e),bursts:c.filter(d=>r.outcome(d)==="intercepted"&&e-a[d]<Li).map(d=>({at:[o[d],n[d],l[d]],age:e-a[d],rocket:s[d]})),marks:c.filter(d=>r.outcome(d)!=="intercepted").map(d=>({at:[o[d],n[d]],outcome:r.outcome(d),age:e-a[d],rocket:s[d]})),warned:r.warned(e,180).filter(d=>d.predicted>e-5&&p.has(d.place)).map(d=>{const m=p.get(d.place);return{place:d.place,at:[m.lon,m.lat],radius:m.radius_m,people:m.population,left:Math.max(d.predicted-e,0)}}).sort((d,m)=>m.people-d.people),batteries:r.scene.batteries.map((d,m)=>({...d,...h[m],fired:g.get(d.name)??0}))}}function Mi(r,e){const{launch:t,battery:i,battery_words:s,rows:o}=r.shots,n=new Map;for(let l=0;l<o&&t[l]<=e+60;l++)t[l]<=e&&n.set(s[i[l]],(n.get(s[i[l]])??0)+1);return n}function Ii(r,e){const{shot:t,rocket:i,battery:s,battery_words:o,launch:n,intercept:l}=r.shots;return r.shooting(e,0).filter(a=>n[a]<=e&&l[a]>e).map(a=>({shot:t[a],row:a,rocket:i[a],battery:o[s[a]],at:Ce(r,a,e)}))}function Ce(r,e,t){const{shot:i,battery:s,battery_words:o,launch:n,intercept:l,lon:a,lat:f,h:c}=r.shots,p=r.flyout(i[e],n[e]);if(p)return se(p,t);const g=r.scene.batteries.find(d=>d.name===o[s[e]]),h=Math.min(Math.max((t-n[e])/(l[e]-n[e]),0),1);return[g.lon+h*h*(a[e]-g.lon),g.lat+h*h*(f[e]-g.lat),c[e]*h*(2-h)]}function Oi(r,e,t,i,s){const o=q()?[235,240,244]:[30,40,50],n=q()?[20,30,40]:[255,255,255];return[...t.sectors?Ti(r,o):[],...t.ellipses?Ai(e,i,o):[],...Ei(e,o,n,s),...Fi(e),...t.truth?Bi(r,e,t,i,o):[],...t.belief?Ni(e,i,o):[],...Di(r,e),...Ui(e,o,n)]}function Ti(r,e){return[new Ye({id:"sectors",data:r.scene.radars,getPolygon:t=>t.outline,stroked:!0,filled:!0,getFillColor:[...e,6],getLineColor:[...e,40],lineWidthMinPixels:1,parameters:$})]}function Ai(r,e,t){const i=r.tracks.filter(s=>s.ring);return[new Ye({id:"ellipses",data:i,getPolygon:s=>s.ring,stroked:!0,filled:!0,getFillColor:s=>[...ye(s.threat),26+60*(s.threat||0)],getLineColor:s=>s.rocket===e?[...t,255]:[...ye(s.threat),200],lineWidthMinPixels:1.4,parameters:$,pickable:!0,updateTriggers:{getLineColor:e}})]}function Ri(r,e){const t=512*2**e/360,i=[];for(const s of r){const o=n=>Math.abs(n.at[0]-s.at[0])*t<Ke[0]&&Math.abs(n.at[1]-s.at[1])*t<Ke[1];i.some(o)||i.push(s)}return i}function Ei(r,e,t,i){const s=.5+.5*Math.cos(2*Math.PI*r.t);return[new N({id:"warned",data:r.warned,getPosition:o=>o.at,filled:!0,stroked:!0,getRadius:o=>o.radius*(1.25+(o.left>0?.35*s:0)),radiusMinPixels:7,getFillColor:[240,228,66,70],getLineColor:[200,150,0,230],lineWidthMinPixels:2,parameters:$}),new te({id:"countdown",data:Ri(r.warned,i),...nt,getPosition:o=>o.at,getText:o=>`${Math.ceil(o.left)} s`,getSize:13,fontWeight:700,getColor:[...e,255],outlineColor:[...t,255],getPixelOffset:[0,-12],parameters:$})]}function Fi(r){return[new te({id:"marks",data:r.marks,getPosition:e=>e.at,getText:()=>"×",getSize:e=>e.outcome==="leaked"?30:16,fontWeight:700,pickable:!0,characterSet:["×"],getColor:e=>[...I[e.outcome].colour,255-200*(e.age/st)],parameters:$})]}function qe(r,e){return e.colour==="outcome"?I[r.outcome].colour:r.track===void 0?[140,140,140]:ye(r.threat)}function Bi(r,e,t,i,s){const o=e.bodies.flatMap(a=>yt(r.flight(a.rocket,e.t),e.t-Si,e.t).map(f=>({...f,colour:qe(a,t)}))),n=i===null?void 0:r.flight(i,e.t)??r.flight(i,r.rockets.launch[i]),l=n?[{path:Wi(n)}]:[];return[new mt({id:"path",data:l,getPath:a=>a.path,getColor:[...s,150],widthMinPixels:1.5}),new pe({id:"tails",data:o,getSourcePosition:a=>a.from,getTargetPosition:a=>a.to,getColor:a=>[...a.colour,200],getWidth:2}),new N({id:"bodies",data:e.bodies,getPosition:a=>a.at,radiusUnits:"pixels",billboard:!0,getRadius:a=>a.rocket===i?6:3.6,stroked:!0,lineWidthUnits:"pixels",getLineWidth:1,getFillColor:a=>[...qe(a,t),255],getLineColor:[...s,220],pickable:!0,updateTriggers:{getRadius:i}})]}function Wi(r){const{table:e,first:t,last:i}=r;return Array.from({length:i-t},(s,o)=>[e.lon[t+o],e.lat[t+o],e.h[t+o]])}function Ni(r,e,t){return[new N({id:"tracks",data:r.tracks,getPosition:i=>i.at,radiusUnits:"pixels",billboard:!0,getRadius:7,filled:!1,stroked:!0,lineWidthUnits:"pixels",getLineWidth:1.6,pickable:!0,getLineColor:i=>i.rocket===e?[...t,255]:[...ue,230],updateTriggers:{getLineColor:e}})]}function Di(r,e){const t=e.rounds.flatMap(i=>[1,2,3,4].map(s=>({from:Ce(r,i.row,Math.max(e.t-s,r.shots.launch[i.row])),to:Ce(r,i.row,Math.max(e.t-s+1,r.shots.launch[i.row]))})));return[new pe({id:"round-tails",data:t,getSourcePosition:i=>i.from,getTargetPosition:i=>i.to,getColor:[...J,220],getWidth:2.5}),new N({id:"rounds",data:e.rounds,getPosition:i=>i.at,radiusUnits:"pixels",getRadius:3,getFillColor:[...J,255],pickable:!0,billboard:!0}),new N({id:"bursts",data:e.bursts,getPosition:i=>i.at,radiusUnits:"pixels",billboard:!0,getRadius:i=>6+2.5*i.age,filled:!0,stroked:!0,lineWidthUnits:"pixels",getLineWidth:2,getFillColor:i=>[...I.intercepted.colour,90-11*i.age],getLineColor:i=>[...I.intercepted.colour,255-28*i.age],pickable:!0})]}function Ui(r,e,t){return[new te({id:"batteries",data:r.batteries,getPosition:i=>[i.lon,i.lat],getText:i=>i.known?`■ ${i.name}  ${i.ready}`:`■ ${i.name}  −${i.fired}`,getSize:12,fontWeight:600,getTextAnchor:"start",getPixelOffset:[-6,0],pickable:!0,getColor:i=>i.known&&i.ready===0?[213,94,0,255]:[...e,255],outlineColor:[...t,255],characterSet:"auto",...nt,parameters:$})]}class $i{constructor(e,t,i,s){this.trace=e,this.calendar=t,this.jump=i,this.close=s}element=u("aside",{class:"panel story","aria-label":"rocket",hidden:!0});shown=-1;async show(e){if(this.element.hidden=e===null,e===null||e===this.shown){e===null&&(this.shown=-1);return}this.shown=e;const t=this.head(e);T(this.element,t,K("loading","Reading the story …"));try{const i=`/api/results/${encodeURIComponent(this.trace.id)}/rockets/${e}?rep=${this.trace.rep}`,s=await Xe(i);this.shown===e&&this.fill(t,s)}catch(i){T(this.element,t,K("error","No story",String(i.message)))}}head(e){return u("header",{},u("h2",{},`Rocket ${e}`),u("button",{class:"icon",title:"close (Esc)","aria-label":"close",onclick:this.close},"✕"))}fill(e,t){const{rocket:i,outcome:s,scans:o,decisions:n,shots:l}=t,a=c=>c===null?"–":u("button",{class:"link",onclick:()=>this.jump(c)},this.calendar.time(c)),f=s.time_s-i.launch_time_s;T(this.element,e,u("p",{class:"verdict"},u("span",{class:"dot",style:`background:${M(I[s.outcome].colour)}`}),ji(i,s,l.length)),Hi([["class",i.rocket_class],["aimed at",i.aim||"–"],["launched",a(i.launch_time_s)],["ended",u("span",{},a(s.time_s),` (${C(f,0,"s")})`)],["apogee",oe(i.apogee_m)],["would have fallen",s.would_land==="protected"?`on ${s.place}`:Gi[s.would_land]??s.would_land],["warned before impact",C(s.warning_s,0,"s")],["deaths expected",C(s.deaths,3)]]),this.seen(o),this.decided(n,o,a),this.fired(l,a))}seen(e){const t=e.time_s.length;if(!t)return D("What the radar saw",u("p",{class:"quiet"},"It never had a confirmed track."));const i=e.plot.reduce((n,l)=>n+l,0),o={label:"s since confirmed",values:e.time_s.map(n=>n-e.time_s[0])};return D("What the radar saw",u("p",{},`Confirmed track over ${C(t)} scans; a plot in ${C(i)} of them (${he(i/t)}).`),u("h4",{},"Position: track against truth, m"),ge(o,[{label:"error",values:e.error_m,colour:M(ue),unit:"m"},{label:"1 σ believed",values:e.sigma_m,colour:"#888",dash:!0,unit:"m"}],{height:120,log:!0}),u("h4",{},"Predicted impact: error and ellipse, m"),ge(o,[{label:"error",values:e.impact_error_m,colour:M(I.leaked.colour),unit:"m"},{label:"major half axis, 1 σ",values:e.ellipse_major_m,colour:"#888",dash:!0,unit:"m"}],{height:120,log:!0}),u("h4",{},"Believed to fall on a protected place"),ge(o,[{label:"probability",values:e.threat,colour:M(I.intercepted.colour),unit:""}],{height:115,low:0,high:1}))}decided(e,t,i){if(!e.length){const n=t.time_s.length?"Nobody asked the policy: it was not believed to threaten a protected place, or no battery could reach it.":"Without a track there was nothing to decide.";return D("Decisions",u("p",{class:"quiet"},n))}const s=e.filter((n,l)=>l===0||l===e.length-1||n.fire>0||n.reason!==e[l-1].reason),o=e.some(n=>n.price!==void 0&&n.price!==null);return D("Decisions",u("div",{class:"scroll"},u("table",{},u("thead",{},u("tr",{},["at","order","threat","ellipse","batteries",o&&"gain / price"].filter(Boolean).map(n=>u("th",{scope:"col"},n)))),u("tbody",{},s.map(n=>u("tr",{},u("td",{},i(n.time_s)),u("td",{class:n.fire?"words fire":"words"},Vi(n)),u("td",{},he(n.threat)),u("td",{},oe(n.ellipse_m)),u("td",{},C(n.batteries)),o&&u("td",{},`${C(n.gain,2)} / ${C(n.price,2)}`)))))),u("p",{class:"quiet"},`${C(e.length)} times asked; shown where the order or its reason changed.`))}fired(e,t){return e.length?D("Shots",u("div",{class:"scroll"},u("table",{},u("thead",{},u("tr",{},["battery","result","lift-off","meets at","p kill","error"].map(i=>u("th",{scope:"col"},i)))),u("tbody",{},e.map(i=>u("tr",{},u("td",{style:`border-left: 3px solid ${M(J)}`},i.battery),u("td",{class:"words"},i.result),u("td",{},t(i.launch_time_s)),u("td",{},t(i.intercept_time_s),` at ${oe(i.z_m)}`),u("td",{},he(i.p_kill)),u("td",{},oe(i.error_m)))))))):D("Shots",u("p",{class:"quiet"},"No interceptor was fired at it."))}}const Gi={short:"inside the launch area",sea:"into the sea",open:"on open ground"};function ji(r,e,t){const i=t===0?"nobody fired at it":t===1?"one round fired":`${t} rounds fired`;switch(e.outcome){case"intercepted":return`Intercepted after ${C(e.time_s-r.launch_time_s,0,"s")}; ${i}.`;case"leaked":return`Fell on ${e.place}; ${i}.`;case"sea":return`Fell into the sea; ${i}.`;case"short":return`Fell inside the launch area; ${i}.`;default:return`Fell on open ground; ${i}.`}}function Vi(r){const e=r.reason?r.reason:"";return r.fire?`fire ${r.fire} from ${r.battery}`:e||"hold"}function Hi(r){return u("dl",{class:"facts"},r.map(([e,t])=>[u("dt",{},e),u("dd",{},t)]))}function D(r,...e){return u("section",{},u("h3",{},r),...e)}const Ki=60;class qi{constructor(e,t,i,s){this.trace=e,this.tiles=i,this.hooks=s,this.story=new $i(e,t,s.jump,()=>s.choose(null));const o=u("details",{class:"panel air",title:"rocket; probability that it falls on a protected place, as believed; seconds flown"},this.listTitle,this.list);o.open=!s.narrow&&window.innerHeight>640,this.element=u("section",{class:"side","aria-label":s.name||e.id},this.host,u("div",{class:"left"},s.name?u("div",{class:"panel name"},s.name):null,u("div",{class:"panel"},this.counters),o),this.wait,this.story.element,Yi())}element;map;host=u("div",{class:"map"});counters=u("dl",{class:"counters","aria-label":"counters"});list=u("ul",{class:"flying","aria-label":"in the air"});listTitle=u("summary",{},"In the air");wait=u("div",{class:"wait",hidden:!0},u("span",{class:"spinner"}),"loading this half hour …");story;chosen=null;last;drawn={t:NaN,first:!1};ours=!1;start(){this.map=new xt(this.host,this.trace.scene,this.tiles,this.hooks.camera),this.hooks.camera||this.map.fit(this.trace.scene),this.map.map.on("movestart",e=>{this.ours=!!e.originalEvent}),this.map.map.on("move",e=>{(e.originalEvent||this.ours)&&this.hooks.moved(this.map.camera())}),this.map.overlay.setProps({onClick:e=>{e.object&&e.object.rocket>=0&&this.hooks.choose(e.object.rocket)},getTooltip:e=>e.object?Xi(e.layer.id,e.object,this.trace):null,onAfterRender:()=>this.painted(),getCursor:e=>e.isHovering?"pointer":"grab"}),this.map.ready.then(()=>{this.drawn.t=NaN,this.redraw()})}painted(){this.drawn.first||!this.last||!this.trace.ready(this.last.t)||(this.drawn.first=!0,performance.mark("opendome:drawn"))}shownNow;redraw(){this.last&&this.shownNow&&this.draw(this.last.t,this.shownNow,!1,!1)}draw(e,t,i,s){this.shownNow=t,this.trace.ready(e)?(this.wait.hidden=!0,this.trace.load(e).catch(()=>{})):(this.wait.hidden=!1,this.trace.load(e).then(()=>{(this.last?.t===e||!s)&&this.draw(e,t,i,s)}).catch(l=>{T(this.wait,String(l.message))}));const o=zi(this.trace,e);this.last=o,this.map.overlay.setProps({layers:Oi(this.trace,o,t,this.chosen,this.map.map.getZoom())}),this.count(o),(!s||Math.floor(e)!==Math.floor(this.drawn.t))&&this.fly(o),this.drawn.t=e;const n=i&&this.chosen!==null?o.bodies.find(l=>l.rocket===this.chosen):void 0;n&&this.map.map.jumpTo({center:[n.at[0],n.at[1]]})}choose(e){this.chosen=e!==null&&e>=0&&e<this.trace.rockets.rows?e:null,this.story.show(this.chosen),this.element.classList.toggle("chosen",this.chosen!==null)}count(e){const t=this.trace.counts(e.t),i=this.trace.stockAt(e.t),s=[["launched",C(t.launched),"launched"],["flying",C(t.flying),"in the air"],["tracks",C(e.tracks.length),"tracks",M(ue)],["rounds",C(e.rounds.length),"interceptors",M(J)],...Object.entries(I).map(([o,{colour:n,label:l}])=>[o,C(t[o]??0),l,M(n)]),["used",C(t.rounds),"rounds fired"],["stock",C(i),"rounds left"],["warned",C(e.warned.filter(o=>o.left>0).length),"places warned","rgb(200,150,0)"]];T(this.counters,s.map(([o,n,l,a])=>u("div",{"data-count":o},u("dt",{},a?u("span",{class:"dot",style:`background:${a}`}):null,l),u("dd",{},n))))}fly(e){this.listTitle.textContent=`In the air: ${C(e.bodies.length)}`;const t=document.activeElement instanceof HTMLElement?document.activeElement.dataset.rocket:void 0,i=[...e.bodies].sort((n,l)=>(l.threat||0)-(n.threat||0)).slice(0,Ki),{end:s,launch:o}=this.trace.rockets;T(this.list,i.map(n=>u("li",{},u("button",{class:n.rocket===this.chosen?"row on":"row","data-rocket":n.rocket,onclick:()=>this.hooks.choose(n.rocket)},u("span",{class:"dot",style:`background:${M(I[n.outcome].colour)}`}),`${n.rocket}`,u("span",{class:"quiet"},n.track===void 0?"no track":C(100*(n.threat||0),0,"%"),` · ${C(e.t-o[n.row],0)}/${C(s[n.row]-o[n.row],0,"s")}`)))),e.bodies.length===0?u("li",{class:"quiet pad"},"Nothing flies now. N goes to the next barrage."):null),t&&this.list.querySelector(`[data-rocket="${t}"]`)?.focus()}state(){const e=this.last;return e&&{t:e.t,ready:this.trace.ready(e.t),drawn:this.drawn.first,counts:this.trace.counts(e.t),stock:this.trace.stockAt(e.t),bodies:e.bodies.map(t=>t.rocket),tracks:e.tracks.map(t=>t.track),rounds:e.rounds.map(t=>t.shot),bursts:e.bursts.map(t=>t.rocket),warned:e.warned.map(t=>t.place),chosen:this.chosen,batteries:e.batteries.map(({name:t,ready:i,loading:s,fired:o})=>({name:t,ready:i,loading:s,fired:o})),camera:this.map.camera(),below:this.map.below(),screen:Object.fromEntries(e.bodies.map(t=>[t.rocket,this.pixel(t.at)]))}}pixel(e){const t=this.map.overlay._deck?.getViewports?.()[0];if(!t)return null;const[i,s]=t.project(e),o=this.host.getBoundingClientRect();return[o.left+i,o.top+s]}close(){this.map.remove()}}function Xi(r,e,t){const i={background:"var(--panel)",color:"var(--ink)",font:"12px system-ui, sans-serif",padding:"4px 8px",borderRadius:"4px"},s={bodies:()=>`rocket ${e.rocket}: ${t.rockets.class_words[t.rockets.class[e.row]]}, ${C(e.at[2]/1e3,1,"km")} high`,tracks:()=>`track ${e.track}: threat ${C(100*(e.threat||0),0,"%")}`,ellipses:()=>`predicted impact of track ${e.track} (2 σ)`,rounds:()=>`round ${e.shot} of ${e.battery}`,bursts:()=>`rocket ${e.rocket} intercepted`,marks:()=>`rocket ${e.rocket}: ${I[e.outcome].label}`,batteries:()=>e.known?`battery ${e.name}: ${e.ready} rounds ready, ${e.loading} being loaded, ${e.fired} fired (notional site)`:`battery ${e.name}: ${e.fired} rounds fired (notional site)`};return s[r]?{text:s[r](),style:i}:null}function Yi(){const r=(e,t,i="dot")=>u("li",{},u("span",{class:i,style:i==="dot"?`background:${e}`:`border-color:${e}`}),t);return u("details",{class:"panel legend"},u("summary",{},"Legend"),u("ul",{},Object.values(I).map(({colour:e,label:t})=>r(M(e),t)),r(M(ue),"track (what is believed)","ring"),r(M(J),"interceptor"),r(M(I.leaked.colour),"predicted impact, 2 σ: orange threatens a place","ring"),r("rgb(200,150,0)","place under warning, seconds to impact","ring"),u("li",{},u("b",{},"■"),"battery, rounds ready; sites are notional")))}const W=3*3600;function Zi(r){const{raid:e,launch:t,rows:i}=r.rockets,s=new Map;for(let o=0;o<i;o++){const n=s.get(e[o]);n?(n.launches++,n.end=t[o]):s.set(e[o],{raid:e[o],start:t[o],end:t[o],launches:1,name:r.scene.barrages[e[o]]??""})}return[...s.values()].sort((o,n)=>o.start-n.start)}function rt(r,e,t){const i=t.findLast(n=>n.name);if(i)return Math.max(e.hour(i.start)+3600-W,0);const{launch:s}=r.rockets;let o=[0,-1];for(let n=e.hour(0);n<r.scene.duration_s;n+=3600){const l=z(s,n+W)-z(s,n);l>o[1]&&(o=[n,l])}return Math.max(o[0],0)}class Ji{constructor(e,t,i,s){this.trace=e,this.clock=t,this.calendar=i,this.raids=s,this.from=rt(e,i,s),this.range=u("input",{type:"range",class:"range",min:0,max:t.end,step:e.scene.scan_period_s,"aria-label":"time",oninput:()=>t.set(Number(this.range.value))}),this.element=u("div",{class:"timeline"},this.whole,this.detail,this.range),this.drag(this.whole,o=>o*t.end,!0),this.drag(this.detail,o=>this.from+o*W,!1),new ResizeObserver(()=>this.draw()).observe(this.element)}element;whole=u("canvas",{class:"strip whole","aria-hidden":"true"});detail=u("canvas",{class:"strip detail","aria-hidden":"true"});range;from;drag(e,t,i){const s=o=>{const n=e.getBoundingClientRect(),l=t(Math.min(Math.max((o.clientX-n.left)/n.width,0),1));i&&(this.from=this.calendar.hour(l)),this.clock.set(l)};e.addEventListener("pointerdown",o=>{e.setPointerCapture(o.pointerId),s(o)}),e.addEventListener("pointermove",o=>{o.buttons&&s(o)})}draw(){const e=this.clock.t;(e<this.from||e>this.from+W)&&(this.from=Math.max(this.calendar.hour(e),0)),this.range.value=String(e),this.range.setAttribute("aria-valuetext",`${this.calendar.date(e)} ${this.calendar.time(e)}`),this.strip(this.whole,0,this.clock.end,0),this.strip(this.detail,this.from,this.from+W,1)}strip(e,t,i,s){const o=devicePixelRatio||1,[n,l]=[e.clientWidth,e.clientHeight];if(!n)return;(e.width!==n*o||e.height!==l*o)&&(e.width=n*o,e.height=l*o);const a=e.getContext("2d");a.setTransform(o,0,0,o,0,0),a.clearRect(0,0,n,l);const f=q()?"#b9c6d0":"#4a5661",c=d=>(d-t)/(i-t)*n,p=l-15;a.font="11px system-ui, sans-serif",a.fillStyle=f,a.strokeStyle=q()?"#33434f":"#d5dbe0";const g=s?1800:86400,h=s?this.calendar.hour(t):this.midnight();for(let d=h;d<=i;d+=g)d<t||(a.beginPath(),a.moveTo(c(d),0),a.lineTo(c(d),p),a.stroke(),a.fillText(s?this.calendar.time(d,!1):this.calendar.day(d),c(d)+3,l-3));this.bars(a,t,i,n,p),s?this.names(a,c,n,f):(a.strokeStyle=f,a.lineWidth=1.5,a.strokeRect(c(this.from),1,Math.max(c(this.from+W)-c(this.from),3),p-1)),a.fillStyle=q()?"#ffffff":"#000000",a.fillRect(c(this.clock.t)-1,0,2,p)}midnight(){const e=Number(this.calendar.time(0).slice(0,2))*3600+Number(this.calendar.time(0).slice(3,5))*60;return e===0?0:86400-e}bars(e,t,i,s,o){const n=Math.floor(s/3),l=new Uint16Array(n),a=new Uint16Array(n),{launch:f,outcome:c,outcome_words:p}=this.trace.rockets;for(let d=z(f,t);d<f.length&&f[d]<i;d++){const m=Math.floor((f[d]-t)/(i-t)*n);l[m]++,p[c[d]]==="leaked"&&a[m]++}const g=Math.max(...l,1),h=d=>Math.sqrt(d/g)*(o-12);for(let d=0;d<n;d++)l[d]&&(e.fillStyle=M(I.intercepted.colour,.65),e.fillRect(d*s/n,o-h(l[d]),s/n-.5,h(l[d])),e.fillStyle=M(I.leaked.colour),e.fillRect(d*s/n,o-h(a[d]),s/n-.5,h(a[d])))}names(e,t,i,s){e.fillStyle=s;let o=0;for(const n of this.raids){if(!n.name||n.start<this.from||n.start>this.from+W)continue;const l=`${n.name} (${n.launches})`,a=Math.min(t(n.start),i-e.measureText(l).width-4);a<o||(e.fillText(l,a,10),o=a+e.measureText(l).width+8)}}}const at={truth:!0,belief:!0,ellipses:!0,sectors:!1,colour:"outcome"};class lo{constructor(e,t){this.session=e,this.results=t}element=u("main",{class:"replay"});sides=[];clock;timeline;raids=[];calendar;shown={...at};time=u("output",{class:"time","aria-live":"off"});date=u("span",{class:"date"});playButton=u("button",{class:"play",onclick:()=>this.clock?.toggle()},"▶");speed=u("select",{"aria-label":"speed",onchange:()=>this.clock?.setSpeed(Number(this.speed.value))},V.map(e=>u("option",{value:e},`${e}×`)));follow=u("input",{type:"checkbox",id:"follow"});raidChoice=u("select",{"aria-label":"jump to a barrage",class:"raids"});saved=0;async open(e,t){const i=e.a??t;if(!i){T(this.element,K("empty","No results yet",u("p",{},"Run "),u("code",{},"make demo")," or ",u("code",{},"opendome run may-2021"),", then open this page again; or run a scenario in the ",u("a",{href:"?view=workbench"},"workbench"),"."));return}T(this.element,K("loading","Opening the replay …"));try{const s=e.b?[i,e.b]:[i],o=await Promise.all(s.map((a,f)=>new _t(a,Number(e[f?"repb":"rep"]??0)).open()));this.calendar=new dt(o[0].scene.start),this.raids=Zi(o[0]);const n=Math.max(...o.map(a=>a.scene.duration_s)),l=e.t?Number(e.t):this.opening(o[0]);this.clock=new ft(Number.isFinite(l)?Math.min(Math.max(l,0),n):0,n),this.clock.speed=V.includes(Number(e.speed))?Number(e.speed):5,this.shown=io(e.show);for(const a of o)a.load(this.clock.t).then(()=>performance.mark("opendome:data"),()=>{});this.build(o,e)}catch(s){const o=s,n=o.status===404&&i?"It may have been moved, or holds no traced replication (run without --no-trace).":"";T(this.element,K("error",o.message,n))}}opening(e){const t=rt(e,this.calendar,this.raids),i=this.raids.filter(o=>o.start>=t&&o.start<t+3*3600),s=i.filter(o=>o.name).concat(i.sort((o,n)=>n.launches-o.launches));return s.length?s[0].start+30:t}build(e,t){const i=this.clock;this.timeline=new Ji(e[0],i,this.calendar,this.raids);const s=Qi(t.cam);this.sides=e.map((o,n)=>new qi(o,this.calendar,this.session.tiles,{camera:s,name:this.sideName(o,e,n),narrow:e.length>1,choose:l=>this.choose(l),jump:l=>i.set(l),moved:l=>this.moved(n,l)})),T(this.element,u("div",{class:`stage sides${e.length}`},this.sides.map(o=>o.element)),u("footer",{class:"controls"},this.bar(),this.timeline.element));for(const o of this.sides)o.start();i.on(()=>this.draw()),this.speed.value=String(i.speed),t.sel&&this.choose(Number(t.sel)),this.draw(),window.__set=o=>i.set(typeof o=="string"?this.calendar.seconds(o):o),window.__state=()=>this.sides.map(o=>o.state())}sideName(e,t,i){if(t.length===1)return"";const s=t[0].id===t[1].id;return`${"AB"[i]}: ${e.id}${s||e.rep?`, replication ${e.rep}`:""}`}bar(){const e=this.clock,t=this.sides[0].trace.scene.scan_period_s,i=a=>()=>{e.toggle(!1),e.set((Math.floor(e.t/t+1e-6)+a)*t)},s=[...this.raids].sort((a,f)=>f.launches-a.launches).slice(0,40).sort((a,f)=>a.start-f.start);T(this.raidChoice,u("option",{value:""},"Jump to a barrage …"),s.map(a=>u("option",{value:a.start},`${this.calendar.day(a.start)} ${this.calendar.time(a.start,!1)} · ${C(a.launches)}${a.name?` · ${a.name}`:""}`))),this.raidChoice.onchange=()=>{this.raidChoice.value&&e.set(Number(this.raidChoice.value))};const o=(a,f,c)=>u("button",{title:f,"aria-label":f,onclick:c},a),n=(a,f)=>{const c=u("input",{type:"checkbox",onchange:()=>{this.shown[a]=c.checked,this.draw()}});return c.checked=this.shown[a],u("label",{},c,f)},l=u("select",{"aria-label":"colour of rockets",onchange:()=>{this.shown.colour=l.value,this.draw()}},u("option",{value:"outcome"},"colour: what becomes of it"),u("option",{value:"belief"},"colour: what is believed"));return l.value=this.shown.colour,u("div",{class:"bar"},o("«","previous barrage (P)",()=>this.raid(-1)),o("‹","one scan back (←)",i(-1)),this.playButton,o("›","one scan on (→)",i(1)),o("»","next barrage (N)",()=>this.raid(1)),this.speed,u("div",{class:"clock"},this.time,this.date),this.raidChoice,u("span",{class:"gap"}),n("truth","truth"),n("belief","tracks"),n("ellipses","impact ellipses (2 σ)"),n("sectors","radar sectors"),l,u("label",{title:"keep the chosen rocket in the middle (F)"},this.follow,"follow"),this.compare())}compare(){const e=this.sides[0].trace,t=[...e.about.traced.filter(s=>s!==e.rep).map(s=>[`${e.id}|${s}`,`replication ${s} of this run`]),...this.results.filter(s=>s.kind==="run"&&s.traced.length&&s.id!==e.id).map(s=>[`${s.id}|${s.traced[0]}`,s.id])];if(this.sides.length>1)return u("button",{onclick:()=>{j({b:null,repb:null},!0),window.dispatchEvent(new PopStateEvent("popstate"))}},"one side");const i=u("select",{"aria-label":"show another run beside this one",disabled:t.length===0,onchange:()=>{const[s,o]=i.value.split("|");j({b:s,repb:o==="0"?null:o},!0),window.dispatchEvent(new PopStateEvent("popstate"))}},u("option",{value:""},t.length?"compare with …":"nothing to compare"),t.map(([s,o])=>u("option",{value:s},o)));return i}raid(e){const t=this.clock.t,i=this.raids.filter(o=>o.launches>=5||o.name),s=e>0?i.find(o=>o.start>t+.5):i.findLast(o=>o.start<t-2);s&&this.clock.set(s.start)}choose(e){for(const t of this.sides)t.choose(e);j({sel:e}),this.draw()}moved(e,t){this.sides.forEach((i,s)=>{s!==e&&i.map.look(t)}),clearTimeout(this.saved),this.saved=window.setTimeout(()=>j({cam:[t.lon.toFixed(4),t.lat.toFixed(4),t.zoom.toFixed(2),t.pitch.toFixed(0),t.bearing.toFixed(0)].join(",")}),300)}draw(){const e=this.clock;if(!(!e||!this.timeline)){this.time.value=this.calendar.time(e.t),this.date.textContent=`${this.calendar.date(e.t)} ${this.calendar.zone()}`,this.playButton.textContent=e.playing?"❚❚":"▶",this.playButton.setAttribute("aria-label",e.playing?"pause (space)":"play (space)");for(const t of this.sides)t.draw(e.t,this.shown,this.follow.checked,e.playing);this.timeline.draw(),e.playing||j({t:e.t.toFixed(1).replace(/\.0$/,""),speed:e.speed===5?null:e.speed,show:to(this.shown)})}}key(e){const t=this.clock;if(!t||!this.sides.length)return;const i=this.sides[0].trace.scene.scan_period_s,s=e.shiftKey?60:i,n={" ":()=>t.toggle(),ArrowRight:()=>t.set(t.t+s),ArrowLeft:()=>t.set(t.t-s),n:()=>this.raid(1),p:()=>this.raid(-1),Escape:()=>this.choose(null),f:()=>{this.follow.checked=!this.follow.checked,this.draw()},"]":()=>this.faster(1),"[":()=>this.faster(-1)}[e.key];n&&(e.preventDefault(),n())}faster(e){const t=this.clock;t.setSpeed(V[Math.min(Math.max(V.indexOf(t.speed)+e,0),V.length-1)]),this.speed.value=String(t.speed)}recolour(){for(const e of this.sides)e.map.recolour();this.draw()}close(){this.clock?.toggle(!1);for(const e of this.sides)e.close();this.sides=[],this.clock=void 0}}function Qi(r){const e=(r??"").split(",").map(Number);if(e.length!==5||!e.every(Number.isFinite))return;const[t,i,s,o,n]=e;return Math.abs(i)<85?{lon:t,lat:i,zoom:s,pitch:o,bearing:n}:void 0}const eo={truth:"t",belief:"k",ellipses:"e",sectors:"s"};function to(r){const e=Object.entries(eo).filter(([t])=>r[t]).map(([,t])=>t).join("")+(r.colour==="belief"?"b":"");return e==="tke"?null:e||"0"}function io(r){if(!r)return{...at};const e=t=>r.includes(t);return{truth:e("t"),belief:e("k"),ellipses:e("e"),sectors:e("s"),colour:e("b")?"belief":"outcome"}}export{lo as ReplayView};
