import changle.core.codes.resident
import changle.core.constraints.overlap
import changle.core.sealed.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('registry', '0002_facts_merging_and_succession'),
        ('territory', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='姓名')),
                ('pinyin', models.CharField(max_length=400, verbose_name='拼音')),
                ('sex', models.CharField(blank=True, choices=[('m', '男'), ('f', '女')], max_length=1, verbose_name='性别')),
                ('birth_year', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='出生年份')),
                ('phone', models.CharField(blank=True, max_length=30, verbose_name='电话')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='电子邮箱')),
                ('id_type', models.CharField(blank=True, choices=[('resident', '居民身份证'), ('hk_macao', '港澳居民来往内地通行证'), ('taiwan', '台湾居民来往大陆通行证'), ('passport', '护照'), ('foreign', '外国人永久居留身份证')], max_length=10, verbose_name='证件类型')),
                ('id_number', changle.core.sealed.fields.SealedTextField(blank=True, verbose_name='证件号码')),
                ('id_index', changle.core.sealed.fields.BlindIndexField(blank=True, default='', editable=False, max_length=72, normalise=changle.core.codes.resident.normalise_resident_id, source='id_number')),
                ('education', models.CharField(blank=True, choices=[('school', '高中及以下'), ('college', '大学专科'), ('bachelor', '大学本科'), ('master', '硕士及以上')], max_length=10, verbose_name='学历')),
                ('grade', models.CharField(blank=True, choices=[('assistant', '助理社会工作师'), ('worker', '社会工作师'), ('senior', '高级社会工作师')], max_length=10, verbose_name='社会工作者职业水平')),
                ('employer', models.CharField(blank=True, max_length=120, verbose_name='工作单位及职务')),
                ('is_official', models.BooleanField(default=False, verbose_name='党政机关领导干部（含离退休）')),
                ('official_rank', models.CharField(blank=True, max_length=40, verbose_name='职级')),
                ('is_retired', models.BooleanField(default=False, verbose_name='已退休')),
                ('politics', models.CharField(blank=True, choices=[('party', '中共党员'), ('probationary', '中共预备党员'), ('league', '共青团员'), ('other_party', '民主党派成员'), ('masses', '群众')], max_length=12, verbose_name='政治面貌')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='备注')),
                ('recorded_at', models.DateTimeField(verbose_name='录入时间')),
                ('changed_at', models.DateTimeField(verbose_name='最近修改时间')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版本')),
                ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='absorbed', to='people.person', verbose_name='并入')),
            ],
            options={
                'verbose_name': '人员',
                'indexes': [models.Index(fields=['name', 'phone'], name='person_name_phone')],
                'constraints': [models.UniqueConstraint(condition=models.Q(models.Q(('id_index', ''), _negated=True), ('merged_into__isnull', True)), fields=('id_index',), name='id_number_belongs_to_one_person', violation_error_message='这个证件号码已属于另一个人。'), models.CheckConstraint(condition=models.Q(('id_index', ''), models.Q(('id_type', ''), _negated=True), _connector='OR'), name='id_number_has_a_type', violation_error_message='请选择证件类型。'), models.CheckConstraint(condition=models.Q(('birth_year__isnull', True), models.Q(('birth_year__gte', 1900), ('birth_year__lte', 2200)), _connector='OR'), name='birth_year_is_a_year', violation_error_message='出生年份应为四位数字的年份。')],
            },
        ),
        migrations.CreateModel(
            name='PartyFact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='情况自')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='情况止（当日起不再如此）')),
                ('has_organisation', models.BooleanField(verbose_name='已建立党组织')),
                ('form', models.CharField(blank=True, choices=[('committee', '党委'), ('general', '党总支'), ('branch', '党支部'), ('temporary', '临时党组织'), ('joint', '联合党组织'), ('other', '其他')], max_length=10, verbose_name='党组织形式')),
                ('affiliation', models.CharField(blank=True, max_length=80, verbose_name='隶属关系')),
                ('founded_on', models.DateField(blank=True, null=True, verbose_name='建立日期')),
                ('approving_unit', models.CharField(blank=True, max_length=80, verbose_name='批准单位')),
                ('approval_number', models.CharField(blank=True, max_length=60, verbose_name='批准文号')),
                ('full_time', models.PositiveIntegerField(default=0, verbose_name='专职人员中的正式党员')),
                ('part_time', models.PositiveIntegerField(default=0, verbose_name='兼职人员中的正式党员')),
                ('probationary', models.PositiveIntegerField(default=0, verbose_name='预备党员')),
                ('activists', models.PositiveIntegerField(default=0, verbose_name='入党积极分子')),
                ('applicants', models.PositiveIntegerField(default=0, verbose_name='入党申请人')),
                ('no_reason', models.CharField(blank=True, choices=[('not_yet', '符合条件尚未建立'), ('too_few', '有党员不符合条件'), ('no_members', '无党员')], max_length=10, verbose_name='未建立原因')),
                ('recorded_at', models.DateTimeField(verbose_name='录入时间')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='party_facts', to='registry.organisation', verbose_name='组织')),
                ('leader', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person', verbose_name='党组织负责人')),
            ],
            options={
                'verbose_name': '党建情况',
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='party_fact_ends_after_it_starts', violation_error_message='止期不能早于起期。'), models.CheckConstraint(condition=models.Q(models.Q(('has_organisation', True), ('no_reason', ''), models.Q(('form', ''), _negated=True)), models.Q(('form', ''), ('has_organisation', False), models.Q(('no_reason', ''), _negated=True)), _connector='OR'), name='party_organisation_has_form_or_reason', violation_error_message='已建立的须选形式，未建立的须选原因。')],
            },
        ),
        migrations.CreateModel(
            name='Post',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('head', '法定代表人（负责人）'), ('chair', '会长（理事长）'), ('vice_chair', '副会长（副理事长）'), ('secretary', '秘书长'), ('party_head', '党组织负责人'), ('standing', '常务理事'), ('council', '理事'), ('chief_supervisor', '监事长'), ('supervisor', '监事'), ('finance', '财务负责人'), ('staff', '工作人员'), ('member', '个人会员'), ('unit_member', '单位会员'), ('volunteer', '志愿者骨干')], max_length=20, verbose_name='职务类别')),
                ('title', models.CharField(blank=True, max_length=60, verbose_name='职务名称')),
                ('unit_name', models.CharField(blank=True, max_length=120, verbose_name='会员单位')),
                ('session', models.CharField(blank=True, max_length=20, verbose_name='届次')),
                ('term', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='连任届数')),
                ('starts_on', models.DateField(verbose_name='任职日期')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='离任日期（当日起不再任职）')),
                ('term_ends_on', models.DateField(blank=True, null=True, verbose_name='届满日期')),
                ('procedure', models.CharField(blank=True, choices=[('meeting', '会员（代表）大会选举'), ('council', '理事会选举'), ('appointed', '举办者或主管单位委派'), ('staff', '职工大会推选'), ('hired', '聘任'), ('agreed', '成员推选')], max_length=10, verbose_name='产生方式')),
                ('is_re_elected', models.BooleanField(default=False, verbose_name='连任')),
                ('is_full_time', models.BooleanField(default=False, verbose_name='专职')),
                ('has_contract', models.BooleanField(default=False, verbose_name='已签劳动合同')),
                ('ended_because', models.CharField(blank=True, choices=[('term', '任期届满'), ('election', '换届'), ('resigned', '辞职'), ('removed', '罢免或解聘'), ('transferred', '工作调动'), ('left', '退出'), ('died', '去世'), ('other', '其他'), ('mistake', '录入错误')], max_length=12, verbose_name='离任原因')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='说明')),
                ('recorded_at', models.DateTimeField(verbose_name='录入时间')),
                ('changed_at', models.DateTimeField(verbose_name='最近修改时间')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版本')),
                ('grant', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='held_post', to='territory.grant', verbose_name='授权')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='registry.organisation', verbose_name='组织')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='people.person', verbose_name='人员')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='posts', to=settings.AUTH_USER_MODEL, verbose_name='账户')),
            ],
            options={
                'verbose_name': '任职',
                'indexes': [models.Index(fields=['organisation', 'kind', 'starts_on'], name='post_of_body'), models.Index(fields=['person', 'starts_on'], name='post_of_person')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='post_ends_after_it_starts', violation_error_message='离任日期不能早于任职日期。'), models.CheckConstraint(condition=models.Q(('term_ends_on__isnull', True), ('term_ends_on__gt', models.F('starts_on')), _connector='OR'), name='term_ends_after_it_starts', violation_error_message='届满日期应晚于任职日期。'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'unit_member'), models.Q(('unit_name', ''), _negated=True)), models.Q(models.Q(('kind', 'unit_member'), _negated=True), ('unit_name', '')), _connector='OR'), name='unit_member_names_its_unit', violation_error_message='单位会员须写明单位名称，其他职务不填会员单位。'), models.CheckConstraint(condition=models.Q(('grant__isnull', True), ('user__isnull', False), _connector='OR'), name='grant_of_a_post_has_an_account', violation_error_message='授权须对应账户。')],
            },
        ),
        migrations.CreateModel(
            name='Paper',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(max_length=20, verbose_name='状态')),
                ('state_since', models.DateTimeField(verbose_name='进入状态时间')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='办理期限')),
                ('kind', models.CharField(choices=[('charter', '章程'), ('certificate', '登记证书（正本）'), ('duplicate', '登记证书（副本）'), ('filing', '备案证书'), ('premises', '场地证明'), ('fundraising', '公开募捐资格证书'), ('tax', '免税资格'), ('bank', '开户许可'), ('other', '其他')], max_length=12, verbose_name='种类')),
                ('number', models.CharField(blank=True, max_length=60, verbose_name='编号')),
                ('issuer', models.CharField(blank=True, max_length=80, verbose_name='发证（核准）机关')),
                ('approved_on', models.DateField(blank=True, null=True, verbose_name='核准（发证）日期')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='有效期自')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='有效期止（当日起失效）')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='说明')),
                ('recorded_at', models.DateTimeField(verbose_name='录入时间')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='registry.organisation', verbose_name='组织')),
                ('replaced_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaces', to='people.paper', verbose_name='换发为')),
            ],
            options={
                'verbose_name': '证照',
                'indexes': [models.Index(fields=['state', 'ends_on'], name='paper_running_out')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('starts_on__isnull', True), ('ends_on__gt', models.F('starts_on')), _connector='OR'), name='paper_ends_after_it_starts', violation_error_message='有效期止不能早于有效期起。'), models.UniqueConstraint(condition=models.Q(('kind__in', ('charter', 'certificate', 'duplicate', 'filing', 'fundraising', 'tax')), ('state', 'valid')), fields=('organisation', 'kind'), name='one_valid_paper_of_a_kind', violation_error_message='这种证照已有一份有效的，请用“换发”。')],
            },
        ),
        migrations.AddConstraint(
            model_name='partyfact',
            constraint=changle.core.constraints.overlap.NoOverlap(end='ends_on', live=None, name='one_party_fact_at_a_time', scope=('organisation',), start='starts_on', violation_error_code='overlap', violation_error_message='这段时间已有党建情况的记录。'),
        ),
        migrations.AddConstraint(
            model_name='post',
            constraint=changle.core.constraints.overlap.NoOverlap(end='ends_on', live=None, name='same_post_once_at_a_time', scope=('organisation', 'person', 'kind', 'unit_name'), start='starts_on', violation_error_code='overlap', violation_error_message='此人在这段时间已在本组织担任同样的职务。'),
        ),
        migrations.AddConstraint(
            model_name='post',
            constraint=changle.core.constraints.overlap.NoOverlap(end='ends_on', live=models.Q(('kind', 'head')), name='one_head_at_a_time', scope=('organisation',), start='starts_on', violation_error_code='overlap', violation_error_message='这段时间本组织已有法定代表人（负责人）。'),
        ),
    ]
