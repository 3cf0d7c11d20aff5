/**
 * The emoji that authors write by name most (the names of GitHub and Slack). A name that is missing here
 * stays as it is written.
 */
const NAMES = `
smile 😄 smiley 😃 grinning 😀 laughing 😆 satisfied 😆 joy 😂 rofl 🤣 wink 😉
blush 😊 heart_eyes 😍 kissing_heart 😘 thinking 🤔 sunglasses 😎 cry 😢 sob 😭 angry 😠
rage 😡 scream 😱 sweat_smile 😅 sweat 😓 slightly_smiling_face 🙂 upside_down_face 🙃 relaxed ☺️ relieved 😌
innocent 😇 yum 😋 stuck_out_tongue 😛 smirk 😏 confused 😕 disappointed 😞 worried 😟 sleeping 😴
mask 😷 nerd_face 🤓 hugs 🤗 zipper_mouth_face 🤐 exploding_head 🤯 partying_face 🥳 pleading_face 🥺 roll_eyes 🙄
grimacing 😬 neutral_face 😐 expressionless 😑 open_mouth 😮 astonished 😲 flushed 😳 dizzy_face 😵 skull 💀
ghost 👻 robot 🤖 poop 💩 heart ❤️ orange_heart 🧡 yellow_heart 💛 green_heart 💚 blue_heart 💙
purple_heart 💜 broken_heart 💔 sparkling_heart 💖 two_hearts 💕 +1 👍 thumbsup 👍 -1 👎 thumbsdown 👎
ok_hand 👌 wave 👋 clap 👏 pray 🙏 raised_hands 🙌 muscle 💪 point_right 👉 point_left 👈
point_up ☝️ point_up_2 👆 point_down 👇 v ✌️ crossed_fingers 🤞 handshake 🤝 writing_hand ✍️ eyes 👀
eye 👁️ brain 🧠 shrug 🤷 facepalm 🤦 tada 🎉 confetti_ball 🎊 balloon 🎈 birthday 🎂
cake 🍰 gift 🎁 christmas_tree 🎄 jack_o_lantern 🎃 trophy 🏆 medal_sports 🏅 1st_place_medal 🥇 rocket 🚀
airplane ✈️ car 🚗 bus 🚌 train 🚆 bike 🚲 ship 🚢 boat ⛵ sailboat ⛵
anchor ⚓ fire 🔥 star ⭐ star2 🌟 sparkles ✨ zap ⚡ boom 💥 collision 💥
snowflake ❄️ sunny ☀️ cloud ☁️ umbrella ☔ rainbow 🌈 ocean 🌊 earth_africa 🌍 earth_americas 🌎
earth_asia 🌏 globe_with_meridians 🌐 moon 🌔 full_moon 🌕 sun_with_face 🌞 bulb 💡 warning ⚠️ no_entry ⛔
no_entry_sign 🚫 construction 🚧 rotating_light 🚨 exclamation ❗ heavy_exclamation_mark ❗ question ❓ bangbang ‼️ interrobang ⁉️
white_check_mark ✅ heavy_check_mark ✔️ ballot_box_with_check ☑️ x ❌ negative_squared_cross_mark ❎ 100 💯 information_source ℹ️ arrow_right ➡️
arrow_left ⬅️ arrow_up ⬆️ arrow_down ⬇️ recycle ♻️ copyright ©️ registered ®️ tm ™️ heavy_plus_sign ➕
heavy_minus_sign ➖ checkered_flag 🏁 triangular_flag_on_post 🚩 mag 🔍 mag_right 🔎 lock 🔒 unlock 🔓 key 🔑
hammer 🔨 wrench 🔧 hammer_and_wrench 🛠️ gear ⚙️ link 🔗 paperclip 📎 pushpin 📌 round_pushpin 📍
scissors ✂️ pencil 📝 memo 📝 pencil2 ✏️ book 📖 books 📚 bookmark 🔖 newspaper 📰
page_facing_up 📄 clipboard 📋 calendar 📆 date 📅 chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 bar_chart 📊 package 📦
email 📧 envelope ✉️ incoming_envelope 📨 mailbox 📫 phone ☎️ telephone ☎️ iphone 📱 computer 💻
desktop_computer 🖥️ keyboard ⌨️ camera 📷 video_camera 📹 movie_camera 🎥 tv 📺 radio 📻 microphone 🎤
headphones 🎧 musical_note 🎵 notes 🎶 art 🎨 bell 🔔 speaker 🔈 loudspeaker 📢 mega 📣
speech_balloon 💬 thought_balloon 💭 hourglass ⌛ watch ⌚ alarm_clock ⏰ clock1 🕐 moneybag 💰 dollar 💵
euro 💶 credit_card 💳 gem 💎 crown 👑 ring 💍 coffee ☕ tea 🍵 beer 🍺
beers 🍻 wine_glass 🍷 cocktail 🍸 pizza 🍕 hamburger 🍔 apple 🍎 banana 🍌 strawberry 🍓
bread 🍞 cheese 🧀 egg 🥚 fish 🐟 tropical_fish 🐠 whale 🐳 dolphin 🐬 octopus 🐙
crab 🦀 bug 🐛 ant 🐜 bee 🐝 honeybee 🐝 butterfly 🦋 snail 🐌 turtle 🐢
snake 🐍 cat 🐱 dog 🐶 fox_face 🦊 bear 🐻 panda_face 🐼 penguin 🐧 bird 🐦
chicken 🐔 unicorn 🦄 horse 🐴 cow 🐮 pig 🐷 rabbit 🐰 mouse 🐭 elephant 🐘
monkey 🐒 see_no_evil 🙈 hear_no_evil 🙉 speak_no_evil 🙊 seedling 🌱 evergreen_tree 🌲 deciduous_tree 🌳 palm_tree 🌴
cactus 🌵 herb 🌿 four_leaf_clover 🍀 maple_leaf 🍁 rose 🌹 sunflower 🌻 tulip 🌷 cherry_blossom 🌸
bouquet 💐 house 🏠 office 🏢 school 🏫 hospital 🏥 bank 🏦 soccer ⚽ basketball 🏀
football 🏈 tennis 🎾 running 🏃 walking 🚶 swimmer 🏊 man 👨 woman 👩 boy 👦
girl 👧 baby 👶 family 👪 dart 🎯 game_die 🎲 video_game 🎮 crystal_ball 🔮 pill 💊
syringe 💉 microscope 🔬 telescope 🔭 test_tube 🧪 battery 🔋 electric_plug 🔌 wastebasket 🗑️ ticket 🎫
flags 🎏 new 🆕 free 🆓 sos 🆘 ok 🆗 cool 🆒 up 🆙 soon 🔜
back 🔙 end 🔚 top 🔝 zzz 💤 sweat_drops 💦 dash 💨 feet 🐾 kiss 💋
lips 👄 hand ✋ raised_hand ✋ fist ✊ punch 👊 metal 🤘
`;

/** An emoji by its name, without the colons. */
export const EMOJI: ReadonlyMap<string, string> = new Map(
  [...NAMES.matchAll(/(\S+) (\S+)/g)].map(([, name = '', emoji = '']) => [name, emoji]),
);
